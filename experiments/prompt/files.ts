// The files of the ablations: one for each run, and one for each split's manual prompts.

import * as path from "node:path";
import type { PromptRow } from "../../src";
import { writeWhole } from "../../src/tables/whole-file";
import { openRuns, type RunFiles, readJson } from "../lib/run-files";
import type { PromptRun } from "./run";

/** A run on a split of the reviews. */
export type SplitRun = PromptRun & { split: number };
type Key = Pick<SplitRun, "variant" | "split" | "seed">;

/** Score on the search examples, score and accuracy on the test. */
export type Measured = { search: number; test: number; accuracy: number };

/** What prompts that nobody searched for are worth on a split. */
export interface Manual {
  none: Measured;
  people: Measured[];
}

export const stem = ({ variant, split, seed }: Key) => `${variant}-split${split}-seed${seed}`;

/** Errors: the folder holds runs of other options. */
export const openFolder = (folder: string, options: object): Promise<RunFiles<SplitRun, PromptRow>> =>
  openRuns<SplitRun, PromptRow>(folder, options, {
    stem,
    label: ({ variant, split, seed }) => ({ variant, split, seed }),
  });

const manual = (folder: string, split: number) => path.join(folder, `manual-split${split}.json`);

export const keepManual = (folder: string, split: number, measured: Manual): Promise<void> =>
  writeWhole(manual(folder, split), [`${JSON.stringify(measured, null, 2)}\n`]);

export const manualIn = (folder: string, split: number): Manual | undefined => readJson(manual(folder, split));
