/** Programs that cells start with `stdio: "inherit"`: what they write becomes output of the cell. */
import childProcess from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Growing, StreamName } from "../wire/growing";

export interface Waiting {
  /** Throws where no program is to be started any more. */
  check(): void;
  /** The thread waits for a program, which writes to these files; they are to be closed at the end. */
  begin(files: Growing[]): void;
  end(): void;
}

/** The kernel's stream that place `index` of `stdio` names; undefined for none. */
function inherited(entry: unknown, index: number): StreamName | undefined {
  if (index !== 1 && index !== 2) return undefined;
  if (entry === 1 || entry === process.stdout || (entry === "inherit" && index === 1)) return "stdout";
  if (entry === 2 || entry === process.stderr || (entry === "inherit" && index === 2)) return "stderr";
  return undefined;
}

/** `stdio` with other entries in the places that inherit. */
function replaceInherited(stdio: unknown, replace: (name: StreamName, index: number) => unknown): unknown {
  const entries = typeof stdio === "string" ? [stdio, stdio, stdio] : stdio;
  if (!Array.isArray(entries)) return stdio;
  return entries.map((entry, index) => {
    const name = inherited(entry, index);
    return name ? replace(name, index) : entry;
  });
}

/** What a program had written when it ended; its pipe tells of it only after the event `exit`. */
function drain(pipe: any, name: StreamName): void {
  const chunk = Buffer.alloc(1 << 16);
  try {
    for (let size = 1; size > 0; ) {
      size = readSync(pipe._handle.fd, chunk);
      process[name].write(Uint8Array.prototype.slice.call(chunk, 0, size));
    }
  } catch {
    // nothing more for now, or the pipe is closed
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
      this[index === 1 ? "stdout" : "stderr"] = null; // as of a program that inherits
    }
    return result;
  };
}

/** A file without a name, so that nothing of it stays: [for writing, for reading]. */
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

/** Ends the wait for a program, if the thread was cut off in it: then no `finally` runs. */
export const leaveProgram = (): void => afterProgram();

/** The main thread stands still while such a program runs: it writes to files that the wire thread follows. */
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

/** From now on no program writes past the kernel. */
export function captureChildren(waiting: Waiting): void {
  pipeChildren();
  followSynchronous(waiting);
  syncBuiltinESMExports();
}
