// All runs of a setting with known rewards, in a folder, so that an interrupted program goes on where it stopped.

import { openRuns, type RunFiles } from "../lib/run-files";
import { type KnownRewardMethod, type KnownRewardRow, knownRewardRun } from "./known-rewards";
import type { KnownRewardSetting } from "./known-settings";

/** The runs of one method, length and seed, with each learning rate. */
export interface KnownRuns {
  method: KnownRewardMethod;
  length: number;
  seed: number;
  /** Duration. */
  seconds: number;
}
type Key = Omit<KnownRuns, "seconds">;

/** Seeds from here on choose learning rates. */
const firstTuningSeed = 100;

/** The seeds of a setting: reported ones and those that choose learning rates. */
export const knownSeeds = ({ seeds, tuningSeeds }: KnownRewardSetting) => ({
  reported: [...Array(seeds).keys()],
  tuning: Array.from({ length: tuningSeeds }, (_, n) => firstTuningSeed + n),
});

/** The runs of a setting in order: seed by seed, so that an interrupted study has whole seeds. */
export function knownJobs(setting: KnownRewardSetting): Key[] {
  const { reported, tuning } = knownSeeds(setting);
  return [...tuning, ...reported].flatMap(seed =>
    setting.lengths.flatMap(length => setting.methods.map(method => ({ method, length, seed }))),
  );
}

const stem = ({ method, length, seed }: Key) => `${method}-length${length}-seed${seed}`;

/** Opens or makes the folder. Errors: it holds runs of other options. */
export const openKnownRuns = (folder: string, options: object): Promise<RunFiles<KnownRuns, KnownRewardRow>> =>
  openRuns<KnownRuns, KnownRewardRow>(folder, options, { stem, label: () => ({}) });

/** Runs what the folder lacks; yields after each. */
export async function* runKnown(
  setting: KnownRewardSetting,
  files: RunFiles<KnownRuns, KnownRewardRow>,
): AsyncGenerator<KnownRuns> {
  for (const job of knownJobs(setting)) {
    if (files.run(stem(job))) continue;
    const start = performance.now();
    const rows: KnownRewardRow[] = [];
    for (const learningRate of setting.learningRates)
      rows.push(...(await knownRewardRun({ ...job, learningRate, measureAt: setting.measureAt })));
    const run = { ...job, seconds: (performance.now() - start) / 1000 };
    await files.keep(run, rows);
    yield run;
  }
}

/** Rows of the reported seeds and of those that choose learning rates. */
export function knownRows(setting: KnownRewardSetting, files: RunFiles<KnownRuns, KnownRewardRow>) {
  const rows = files.runs().flatMap(run => files.rows(run));
  const { reported, tuning } = knownSeeds(setting);
  return {
    rows: rows.filter(({ seed }) => reported.includes(seed)),
    tuning: rows.filter(({ seed }) => tuning.includes(seed)),
  };
}
