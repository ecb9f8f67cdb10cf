/** Everything that the process prints becomes output of the cell that caused it. */
import { StringDecoder } from "node:string_decoder";
import * as util from "node:util";
import { captureChildren, type Waiting } from "./children";

type Print = (name: "stdout" | "stderr", text: string) => void;

/**
 * Passes to `print` whatever this process and the programs that it starts write to stdout and stderr. Errors that no
 * cell catches, such as those of timers and late rejections, are printed as stderr.
 */
export function captureStreams(print: Print, waiting: Waiting): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder(); // a chunk may end inside a character
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
      if (text !== "") print(name, text); // execSync writes the stderr of its program, which is mostly nothing
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    };
    process[name].write = write as typeof process.stdout.write;
  }
  captureChildren(waiting);
  const report = (error: unknown): void => {
    // Work that an interrupted cell left running ends with this error.
    if (error instanceof Error && error.name === "KeyboardInterrupt") return;
    print("stderr", `Uncaught ${error instanceof Error ? error.stack : util.inspect(error)}\n`);
  };
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
}
