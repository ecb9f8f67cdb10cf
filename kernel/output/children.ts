/** Programs that cells start with `stdio: "inherit"`: their output becomes output of the cell. */
import childProcess from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Growing, StreamName } from "../wire/growing";

/** Called around each wait for a program that blocks the thread. */
export interface Waiting {
  /** Throws if no program may be started any more. */
  check(): void;
  /** The wait begins; the program writes to these files, which must be closed at its end. */
  begin(files: Growing[]): void;
  /** The wait is over. */
  end(): void;
}

/** The stream of the kernel that entry `index` of `stdio` inherits, if it inherits one. */
function inherited(entry: unknown, index: number): StreamName | undefined {
  if (index !== 1 && index !== 2) return undefined;
  if (entry === 1 || entry === process.stdout || (entry === "inherit" && index === 1)) return "stdout";
  if (entry === 2 || entry === process.stderr || (entry === "inherit" && index === 2)) return "stderr";
  return undefined;
}

/** `stdio` with the entries that inherit replaced. */
function replaceInherited(stdio: unknown, replace: (name: StreamName, index: number) => unknown): unknown {
  const entries = typeof stdio === "string" ? [stdio, stdio, stdio] : stdio;
  if (!Array.isArray(entries)) return stdio;
  return entries.map((entry, index) => {
    const name = inherited(entry, index);
    return name ? replace(name, index) : entry;
  });
}

/** Reads what a program wrote just before it ended: its pipe would deliver that only after the event `exit`. */
function drain(pipe: any, name: StreamName): void {
  const chunk = Buffer.alloc(1 << 16);
  try {
    for (let size = 1; size > 0; ) {
      size = readSync(pipe._handle.fd, chunk);
      process[name].write(Uint8Array.prototype.slice.call(chunk, 0, size));
    }
  } catch {
    // the pipe is empty or closed
  }
}

function pipeChildren(): void {
  const prototype = (childProcess.ChildProcess as any).prototype;
  const spawn = prototype.spawn;
  prototype.spawn = function (this: any, options: { stdio?: unknown }) {
    const piped: { name: StreamName; index: number }[] = [];
    const stdio = replaceInherited(options.stdio, (name, index) => {
      piped.push({ name, index });
      return "pipe";
    });
    const result = spawn.call(this, { ...options, stdio });
    for (const { name, index } of piped) {
      const pipe = this.stdio?.[index];
      pipe?.on("data", (chunk: Uint8Array) => process[name].write(chunk));
      if (pipe) this.once("exit", () => drain(pipe, name));
      this[index === 1 ? "stdout" : "stderr"] = null; // as for a program that inherits them
    }
    return result;
  };
}

/** A file that is removed as soon as it is open, so that it never outlives its use: [for writing, for reading]. */
function namelessFile(): [number, number] {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwise-output-"));
  const file = path.join(folder, "text");
  try {
    return [openSync(file, "a"), openSync(file, "r")];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let afterProgram = (): void => {};

/** Ends the wait for a program if a signal cut off the thread while it waited: then no `finally` has run. */
export const leaveProgram = (): void => afterProgram();

/** The main thread blocks while such a program runs, so it writes to files that the wire thread reads. */
function followSynchronous(waiting: Waiting): void {
  const wrap =
    (run: (...given: any[]) => unknown) =>
    (...given: any[]): unknown => {
      waiting.check();
      const options = given.at(-1);
      const files: Growing[] = [];
      const open: number[] = [];
      const stdio = replaceInherited(options?.stdio, name => {
        const [write, read] = namelessFile();
        files.push({ fd: read, name });
        open.push(write);
        return write;
      });
      afterProgram = () => {
        afterProgram = () => {};
        for (const fd of open) closeSync(fd);
        waiting.end();
      };
      waiting.begin(files);
      try {
        return files.length > 0 ? run(...given.slice(0, -1), { ...options, stdio }) : run(...given);
      } finally {
        afterProgram();
      }
    };
  for (const name of ["spawnSync", "execSync", "execFileSync"] as const)
    childProcess[name] = wrap(childProcess[name]) as (typeof childProcess)[typeof name] as any;
}

/** From now on the output of all programs goes through the kernel. */
export function captureChildren(waiting: Waiting): void {
  pipeChildren();
  followSynchronous(waiting);
  syncBuiltinESMExports();
}
