// npm run ablations -- [--setting quick] [--splits 0,1] [--seeds 0,1,2] [--variants A,B] [--out FOLDER]: runs variants
// of the prompt experiment (experiments/prompt/variants.ts) over splits and seeds and compares them. Each run is
// written to a file of its own: started again, the program runs what is missing, and several programs may share a
// folder if their splits or seeds differ.

import { progress } from "../../kernel/index";
import * as tw from "../../src";
import { namesAmong, programOptions, wholeNumbers } from "../lib/program-options";
import { type Manual, openFolder, readManual, stem, writeManual } from "./files";
import { report } from "./report";
import { type PromptRun, promptSearch } from "./run";
import { manualPrompts, promptSetting, promptSettings } from "./settings";
import { loadPromptLm, type PromptTask, promptTask } from "./task";
import { type PromptVariantName, promptVariants } from "./variants";

const usage =
  "npm run ablations -- [options]\nRuns variants of the prompt experiment, skipping finished runs, and compares them.";

async function main() {
  const known = Object.keys(promptVariants) as PromptVariantName[];
  const values = programOptions(usage, {
    setting: { default: "quick", help: Object.keys(promptSettings).join(", ") },
    splits: { default: "0,1", help: "random splits of the reviews" },
    seeds: { default: "0,1,2", help: "seeds of all other random choices" },
    variants: { default: known.join(), help: "variants to run" },
    out: { default: "runs/prompt-ablations-SETTING", help: "folder of the results" },
  });
  const setting = promptSetting(values.setting);
  const [splits, seeds] = [wholeNumbers("splits", values.splits), wholeNumbers("seeds", values.seeds)];
  const variants = namesAmong("variants", values.variants, known);
  const folder = values.out.replace("SETTING", values.setting);
  const { engine } = await tw.selectBackend();
  const precision = tw.models.fastBfloat16() ? "bfloat16" : "float32";
  const files = await openFolder(folder, { name: values.setting, engine, precision, ...setting });

  const lm = await loadPromptLm(setting, { precision });
  const tasks = splits.map(split => ({ split, task: promptTask(lm, setting, { split }) }));
  for (const { split, task } of tasks)
    if (!readManual(folder, split)) await writeManual(folder, split, await measureManual(task));
  // Variant by variant, so that an interrupted program has the most important ones whole.
  for (const variant of variants)
    for (const { split, task } of tasks)
      for (const seed of seeds) if (!files.run(stem({ variant, split, seed }))) await run(task, variant, split, seed);
  await report(folder, files);

  async function run(task: PromptTask, variant: PromptVariantName, split: number, seed: number) {
    const guided = files.run(stem({ variant: "guided", split, seed }));
    if (variant === "random" && !guided)
      throw new Error(`random scores as many prompts as guided, which has not run on split ${split}, seed ${seed}.`);
    let result: PromptRun | undefined;
    async function* search() {
      result = yield* promptSearch(task, { variant, seed, evaluations: guided?.evaluations });
    }
    const rows: tw.PromptRow[] = [];
    for await (const batch of progress(search(), { label: `${variant}, split ${split}, seed ${seed}` }))
      rows.push(...batch);
    await files.keep({ split, ...result! }, rows);
    console.log(JSON.stringify({ split, ...result! }));
  }
}

/** Scores of the empty prompt and of the manual prompts. */
async function measureManual({ lm, classifier, searchExamples, test }: PromptTask): Promise<Manual> {
  const prompts = [[], ...manualPrompts.map(text => lm.tokenizer.encode(text))];
  const search = await tw.measurePrompts(classifier, searchExamples, prompts);
  const tested = await tw.measurePrompts(classifier, test, prompts);
  const [empty, ...manual] = tested.map(({ score, accuracy }, i) => ({
    bestScore: search[i].score,
    testScore: score,
    testAccuracy: accuracy,
  }));
  return { empty, manual };
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
