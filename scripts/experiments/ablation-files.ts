// The files of the ablations: one for each run, written whole.

import * as fs from "node:fs";
import * as path from "node:path";
import type { PromptRun, Row } from "../../src";

/** A run on a split of the reviews. */
export type SplitRun = PromptRun & { split: number };

/** Score on the search examples, score and accuracy on the test. */
export type Measured = { search: number; test: number; accuracy: number };

/** What prompts that nobody searched for are worth on a split. */
export interface Manual {
  none: Measured;
  people: Measured[];
}

const runs = (folder: string) => path.join(folder, "runs");
const manual = (folder: string, split: number) => path.join(folder, `manual-split${split}.json`);
const rowsOf = (folder: string) => path.join(folder, "rows");
const stem = ({ variant, split, seed }: Pick<SplitRun, "variant" | "split" | "seed">) =>
  `${variant}-split${split}-seed${seed}`;

/** Makes the folder. Errors: it holds runs of other options. */
export function openFolder(folder: string, options: object): void {
  for (const own of [runs(folder), rowsOf(folder)]) fs.mkdirSync(own, { recursive: true });
  const [file, text] = [path.join(folder, "options.json"), `${JSON.stringify(options)}\n`];
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") !== text)
    throw new Error(`${folder} holds runs of other options. Give another --out, or remove it.`);
  write(file, text);
}

/** Keeps a run; its rows first, because the run says that it is finished. */
export function keepRun(folder: string, run: SplitRun, rows: Row[]): void {
  const { variant, split, seed } = run;
  const lines = rows.map(row => `${JSON.stringify({ variant, split, seed, ...row })}\n`);
  write(path.join(rowsOf(folder), `${stem(run)}.jsonl`), lines.join(""));
  write(path.join(runs(folder), `${stem(run)}.json`), `${JSON.stringify(run, null, 2)}\n`);
}

export const runIn = (folder: string, run: Pick<SplitRun, "variant" | "split" | "seed">): SplitRun | undefined =>
  read(path.join(runs(folder), `${stem(run)}.json`));

/** All runs that are finished. */
export const runsIn = (folder: string): SplitRun[] =>
  fs
    .readdirSync(runs(folder))
    .filter(name => name.endsWith(".json"))
    .sort()
    .map(name => read<SplitRun>(path.join(runs(folder), name))!);

/** The rows that a run logged. */
export const rowsIn = (folder: string, run: SplitRun): Row[] =>
  fs
    .readFileSync(path.join(rowsOf(folder), `${stem(run)}.jsonl`), "utf8")
    .split("\n")
    .filter(Boolean)
    .map(line => JSON.parse(line));

export const keepManual = (folder: string, split: number, measured: Manual): void =>
  write(manual(folder, split), `${JSON.stringify(measured, null, 2)}\n`);

export const manualIn = (folder: string, split: number): Manual | undefined => read(manual(folder, split));

const read = <T>(file: string): T | undefined =>
  fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;

/** The file appears whole or not at all. */
function write(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, file);
}
