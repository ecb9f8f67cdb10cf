// npm run ablations -- [--setting quick] [--splits 0,1] [--seeds 0,1,2] [--variants A,B] [--out FOLDER]: the prompt experiment with one thing
// changed at a time (experiments/prompt/variants.ts). Each run is kept in a file of its own: started again, the program goes on with
// those that are missing, and several programs may share a folder if their splits or seeds differ.

import { progress } from "../../kernel/index";
import * as tw from "../../src";
import { namesAmong, programOptions, wholeNumbers } from "../lib/program-options";
import { keepManual, type Manual, manualIn, openFolder, stem } from "./files";
import { report } from "./report";
import { type PromptRun, promptSearch } from "./run";
import { manualPrompts, promptSetting, promptSettings } from "./settings";
import { loadPromptLm, type PromptTask, promptTask } from "./task";
import { type PromptVariantName, promptVariants } from "./variants";

const usage =
  "npm run ablations -- [options]\nRuns variants of the prompt experiment, beginning where it was stopped, and compares them.";

async function main() {
  const known = Object.keys(promptVariants) as PromptVariantName[];
  const values = programOptions(usage, {
    setting: { default: "quick", help: Object.keys(promptSettings).join(", ") },
    splits: { default: "0,1", help: "of the reviews into few-shot examples" },
    seeds: { default: "0,1,2", help: "of all other choices" },
    variants: { default: known.join(), help: "what to run" },
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
    if (!manualIn(folder, split)) await keepManual(folder, split, await measureManual(task));
  // The first variants are complete first.
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

/** What no prompt and the manual prompts are worth. */
async function measureManual({ lm, classifier, searchExamples, test }: PromptTask): Promise<Manual> {
  const prompts = [[], ...manualPrompts.map(text => lm.tokenizer.encode(text))];
  const search = await tw.measurePrompts(classifier, searchExamples, prompts);
  const tested = await tw.measurePrompts(classifier, test, prompts);
  const [none, ...people] = tested.map(({ score, accuracy }, i) => ({
    search: search[i].score,
    test: score,
    accuracy,
  }));
  return { none, people };
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
