// npm run summaries -- [--setting comparison] [--seeds 0,1,2] [--variants A,B] [--out FOLDER]: the summarization experiment with one thing changed
// at a time (experiments/summarization/variants.ts). The LM reads the documents once for all runs. Each run is kept in a file of its own:
// started again, the program goes on with those that are missing.

import * as fs from "node:fs";
import * as path from "node:path";
import { progress, track } from "../../kernel/index";
import * as tw from "../../src";
import { namesAmong, programOptions, wholeNumbers } from "../lib/program-options";
import { openRuns } from "../lib/run-files";
import { report } from "./report";
import { type SummarizationRun, summarizationRun } from "./run";
import { summarizationSetting, summarizationSettings } from "./settings";
import { summarizationTask } from "./task";
import { type SummaryVariantName, summaryVariants } from "./variants";

/** Variants that differ in nothing before the guidance has been learned, and then only in what it pays references; the first of each stands for all. */
const sharing: SummaryVariantName[][] = [
  ["guided", "temperature 0.15", "shuffled", "final tokens only", "without final tokens"],
  ["length-controlled", "length-controlled shuffled", "length-controlled final tokens"],
];
type Start = { resume: tw.training.TrainingCheckpoint; rows: tw.PolicyRow[] };

const usage =
  "npm run summaries -- [options]\nRuns variants of the summarization experiment, beginning where it was stopped, and compares them.";

async function main() {
  const known = Object.keys(summaryVariants) as SummaryVariantName[];
  const values = programOptions(usage, {
    setting: { default: "comparison", help: Object.keys(summarizationSettings).join(", ") },
    seeds: { default: "0,1,2", help: "of all random choices" },
    variants: { default: known.join(), help: "what to run" },
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
  // Each seed's variants are complete before the next seed's.
  for (const seed of seeds) {
    const own = variants.filter(variant => variant !== "zero-shot" || seed === seeds[0]); // which trains nothing
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

  /** A seed's training until its guidance has been learned: its checkpoint, and its rows. */
  async function sharedStart(variant: SummaryVariantName, seed: number): Promise<Start> {
    fs.rmSync(shared, { recursive: true, force: true });
    const rows: tw.PolicyRow[] = [];
    const training = summarizationRun(task, { variant, seed, checkpoint: { folder: shared, every: 1e9 } });
    for await (const batch of progress(training, { label: `until the guidance is learned, seed ${seed}` })) {
      rows.push(...batch);
      if (batch[0].phase === "guidance") break; // which writes the checkpoint
    }
    return { resume: await tw.resumeFrom(shared), rows };
  }

  async function run(variant: SummaryVariantName, seed: number, start?: Start) {
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
