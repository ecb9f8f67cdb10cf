// npm run summaries -- [--setting comparison] [--seeds 0,1,2] [--variants A,B] [--out FOLDER]: runs variants of the
// summarization experiment (experiments/summarization/variants.ts) over seeds and compares them. Prompts are computed
// once for all runs. Each run is written to a file of its own: started again, the program runs what is missing.

import * as fs from "node:fs";
import * as path from "node:path";
import { progress, track } from "../../kernel/index";
import * as tw from "../../src";
import { namesAmong, programOptions, wholeNumbers } from "../lib/program-options";
import { openRuns } from "../lib/run-files";
import { klToStart } from "./on-samples";
import { report } from "./report";
import { type SummarizationRun, summarizationRun } from "./run";
import { summarizationSetting, summarizationSettings } from "./settings";
import { summarizationTask } from "./task";
import { type SummarizationVariantName, summarizationVariants } from "./variants";

/**
 * Groups of variants that start alike. The start is run once for each group, with its first variant: until guidance has
 * been learned, after which the rewards are transformed in different ways; or until training on samples begins.
 */
const sharing: SummarizationVariantName[][] = [
  ["guided", "shuffled", "final tokens only", "without final tokens"],
  ["sequence credit", "token credit", "token and sequence credit", "mle"],
];
type Start = { resume: tw.training.TrainingCheckpoint; rows: tw.PolicyRow[] };

const usage = [
  "npm run summaries -- [options]",
  "Runs variants of the summarization experiment, skipping finished runs, and compares them.",
].join("\n");

async function main() {
  const known = Object.keys(summarizationVariants) as SummarizationVariantName[];
  const values = programOptions(usage, {
    setting: { default: "comparison", help: Object.keys(summarizationSettings).join(", ") },
    seeds: { default: "0,1,2", help: "seeds of all random choices" },
    variants: { default: known.join(), help: "variants to run" },
    out: { default: "runs/summaries-SETTING", help: "folder of the results" },
  });
  const setting = summarizationSetting(values.setting);
  const seeds = wholeNumbers("seeds", values.seeds);
  const variants = namesAmong("variants", values.variants, known);
  const folder = values.out.replace("SETTING", values.setting);
  const shared = path.join(folder, "shared-start");
  const { engine } = await tw.selectBackend();
  const stem = ({ variant, seed }: Pick<SummarizationRun, "variant" | "seed">) => `${variant}-seed${seed}`;
  const files = await openRuns<SummarizationRun, tw.PolicyRow>(
    folder,
    { name: values.setting, engine, bfloat16: tw.models.fastBfloat16(), ...setting },
    { stem, label: ({ variant, seed }) => ({ variant, seed }) },
  );
  const task = await track("documents", tell => summarizationTask(setting, { onProgress: (_, ...at) => tell(...at) }));
  // Seed by seed, so that an interrupted comparison has whole seeds.
  for (const seed of seeds) {
    // Nothing trains in zero-shot, so one seed is enough.
    const own = variants.filter(variant => variant !== "zero-shot" || seed === seeds[0]);
    const missing = own.filter(variant => !files.run(stem({ variant, seed })));
    for (const group of sharing) {
      const together = missing.filter(variant => group.includes(variant));
      const start = together.length > 0 ? await sharedStart(group[0], seed) : undefined;
      for (const variant of together) await run(variant, seed, start);
    }
    for (const variant of missing) if (!sharing.flat().includes(variant)) await run(variant, seed);
  }
  fs.rmSync(shared, { recursive: true, force: true });
  await report(folder, files, task);

  /** Trains as far as a group has in common; returns the checkpoint and the rows so far. */
  async function sharedStart(variant: SummarizationVariantName, seed: number): Promise<Start> {
    fs.rmSync(shared, { recursive: true, force: true });
    const rows: tw.PolicyRow[] = [];
    const training = summarizationRun(task, { variant, seed, checkpoint: { folder: shared, every: 1e9 } });
    for await (const batch of progress(training, { label: `start of ${variant}, seed ${seed}` })) {
      if (batch.some(({ name }) => name === klToStart)) break;
      rows.push(...batch);
      if (batch[0].phase === "guidance") break; // leaving the loop writes the checkpoint
    }
    return { resume: await tw.resumeFrom(shared), rows };
  }

  async function run(variant: SummarizationVariantName, seed: number, start?: Start) {
    let result: SummarizationRun | undefined;
    async function* training() {
      result = yield* summarizationRun(task, { variant, seed, resume: start?.resume });
    }
    const rows = [...(start?.rows ?? [])];
    for await (const batch of progress(training(), { label: `${variant}, seed ${seed}` })) rows.push(...batch);
    await files.keep(result!, rows);
    const { bestStep, validation, seconds } = result!;
    console.log(JSON.stringify({ variant, seed, bestStep, validation, seconds }));
  }
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
