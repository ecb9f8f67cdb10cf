/** Everything that the process would print becomes output of the cell that caused it. */
import { StringDecoder } from "node:string_decoder";
import * as util from "node:util";
import { captureChildren, type Waiting } from "./children";

type Print = (name: "stdout" | "stderr", text: string) => void;

/**
 * Sends what is written to stdout and stderr to `print`, by this process and by programs that it starts, and errors that no cell catches (a
 * late rejection, a timer) as stderr.
 */
export function captureStreams(print: Print, waiting: Waiting): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder(); // a character may be cut between two chunks
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      print(name, typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk)));
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    };
    process[name].write = write as typeof process.stdout.write;
  }
  captureChildren(waiting);
  const report = (error: unknown): void => {
    if (error instanceof Error && error.name === "KeyboardInterrupt") return; // work that an interrupted cell left running
    print("stderr", `Uncaught ${error instanceof Error ? error.stack : util.inspect(error)}\n`);
  };
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
}
