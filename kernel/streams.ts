/** Everything that the process would print becomes output of the cell that caused it. */
import * as util from "node:util";

type Print = (name: "stdout" | "stderr", text: string) => void;

/** Sends what is written to stdout and stderr to `print`, and errors that no cell catches (a late rejection, a timer) as stderr. */
export function captureStreams(print: Print): void {
  for (const name of ["stdout", "stderr"] as const) {
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      print(name, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    };
    process[name].write = write as typeof process.stdout.write;
  }
  const report = (error: unknown): void => {
    if (error instanceof Error && error.name === "KeyboardInterrupt") return; // work that an interrupted cell left running
    print("stderr", `Uncaught ${error instanceof Error ? error.stack : util.inspect(error)}\n`);
  };
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
}
