// npm run summaries -- [--setting quick] [--seeds 0,1,2] [--variants A,B] [--out FOLDER]: the summarization experiment with one thing changed
// at a time (src/experiments/summarization-variants.ts). The LM reads the documents once for all runs. Each run is kept in a file of its own:
// started again, the program goes on with those that are missing.

import * as path from "node:path";
import { parseArgs } from "node:util";
import { progress, track } from "../../kernel/index";
import * as tw from "../../src";
import { namesAmong, wholeNumbers } from "./lists-of-options";
import { openRuns } from "./run-files";
import { report } from "./summaries-report";

async function main() {
  const known = Object.keys(tw.summaryVariants) as tw.SummaryVariantName[];
  const { values } = parseArgs({
    options: {
      setting: { type: "string", default: "quick" },
      seeds: { type: "string", default: "0,1,2" },
      variants: { type: "string", default: known.join() },
      out: { type: "string" },
    },
  });
  const setting = tw.summarizationSetting(values.setting);
  const seeds = wholeNumbers("seeds", values.seeds);
  const variants = namesAmong("variants", values.variants, known);
  const folder = values.out ?? path.join("runs", `summaries-${values.setting}`);
  const { engine } = await tw.selectBackend();
  const stem = ({ variant, seed }: Pick<tw.SummarizationRun, "variant" | "seed">) => `${variant}-seed${seed}`;
  const files = openRuns<tw.SummarizationRun, tw.PolicyRow>(
    folder,
    { name: values.setting, engine, bfloat16: tw.fastBfloat16(), ...setting },
    { stem, label: ({ variant, seed }) => ({ variant, seed }) },
  );
  const task = await track("documents", tell =>
    tw.summarizationTask(setting, { onProgress: (_, ...at) => tell(...at) }),
  );
  // Each seed's variants are complete before the next seed's.
  for (const seed of seeds)
    for (const variant of variants) if (!files.run(stem({ variant, seed }))) await run(variant, seed);
  await report(folder, files, task);

  async function run(variant: tw.SummaryVariantName, seed: number) {
    let result: tw.SummarizationRun | undefined;
    async function* training() {
      result = yield* tw.summarizationRun(task, { variant, seed });
    }
    const rows: tw.PolicyRow[] = [];
    for await (const batch of progress(training(), { label: `${variant}, seed ${seed}` })) rows.push(...batch);
    files.keep(result!, rows);
    const { keptStep, validation, seconds } = result!;
    console.log(JSON.stringify({ variant, seed, keptStep, validation, seconds }));
  }
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
