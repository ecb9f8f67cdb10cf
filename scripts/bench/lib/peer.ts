// The PyTorch process that a benchmark compares with: it reads one JSON job, then one question per line, and answers
// each with a line of JSON.

import { spawn } from "node:child_process";
import * as path from "node:path";
import * as readline from "node:readline";

/** The peer's Python interpreter, which `npm run bench` installs. */
export function peerPython(): string {
  const python = process.env.TOKENWISE_BENCH_PYTHON;
  if (!python) throw new Error("TOKENWISE_BENCH_PYTHON is not set. Run the benchmark through `npm run bench`.");
  return python;
}

/** The path of a file in scripts/bench, from the compiled file. */
export const benchFile = (name: string) => path.join(__dirname, "../../../../scripts/bench", name);

export interface Peer {
  ask(line: string): Promise<any>;
  stop(): void;
}

export async function startPeer(script: string, job: object): Promise<Peer> {
  const child = spawn(peerPython(), [benchFile(script)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended before it answered; its error is above.`);
    return JSON.parse(value);
  };
  await ask(JSON.stringify(job));
  return { ask, stop: () => child.stdin.end() };
}

/** The only line that a fresh process prints, and the seconds from its start to that line. */
export async function fresh(command: string, args: string[]): Promise<{ seconds: number; answer: any }> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const { value, done } = await readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const seconds = (performance.now() - start) / 1000;
  await new Promise(resolve => child.on("close", resolve));
  if (done) throw new Error(`${args[0]} ended without an answer; its error is above.`);
  return { seconds, answer: JSON.parse(value) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
