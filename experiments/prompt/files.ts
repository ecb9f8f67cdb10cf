// The files of `npm run ablations`: one for each run, and one for the manual prompts on each split.

import * as path from "node:path";
import type { PromptRow } from "../../src";
import { writeWhole } from "../../src/tables/whole-file";
import { openRuns, type RunFiles, readJson } from "../lib/run-files";
import type { PromptRun } from "./run";

/** A run and the split of the reviews that it used. */
export type SplitRun = PromptRun & { split: number };
type Key = Pick<SplitRun, "variant" | "split" | "seed">;

/** A prompt's score on the search examples, and its score and accuracy on the test examples. */
export type PromptScores = Pick<PromptRun, "bestScore" | "testScore" | "testAccuracy">;

/** Baselines without a search, on one split: the empty prompt and the manual prompts. */
export interface Manual {
  empty: PromptScores;
  manual: PromptScores[];
}

/** The name of a run's files. */
export const stem = ({ variant, split, seed }: Key) => `${variant}-split${split}-seed${seed}`;

/** Opens or makes the folder. Errors: it holds runs of other options. */
export const openFolder = (folder: string, options: object): Promise<RunFiles<SplitRun, PromptRow>> =>
  openRuns<SplitRun, PromptRow>(folder, options, {
    stem,
    label: ({ variant, split, seed }) => ({ variant, split, seed }),
  });

const manualFile = (folder: string, split: number) => path.join(folder, `manual-split${split}.json`);

export const writeManual = (folder: string, split: number, scores: Manual): Promise<void> =>
  writeWhole(manualFile(folder, split), [`${JSON.stringify(scores, null, 2)}\n`]);

export const readManual = (folder: string, split: number): Manual | undefined => readJson(manualFile(folder, split));
