// npm run credit -- [--parts known,ratings,sentiment,words] [--setting quick] [--seeds 0,1,2] [--methods A,B]
// [--out FOLDER]: token credit against the sequence's, where token rewards are known and on text. Each run is written
// to a file of its own: started again, the program runs what is missing.

import * as fs from "node:fs";
import * as path from "node:path";
import { progress } from "../../kernel/index";
import * as tw from "../../src";
import { currentEngine } from "../../src/backend/select";
import { cachePath } from "../../src/core/cache";
import { namesAmong, programOptions, wholeNumbers } from "../lib/program-options";
import { openRuns } from "../lib/run-files";
import { encoderVectors, type Judge, learnJudge, lmVectors, type TextVectors } from "./judge";
import { knownJobs, knownRows, openKnownRuns, runKnown } from "./known-files";
import { knownRewardSetting, knownRewardSettings } from "./known-settings";
import { type CreditMethodName, creditMethods } from "./methods";
import { reportKnown, reportText } from "./report";
import { type CreditRun, creditRun } from "./text-run";
import { type CreditScore, creditSetting } from "./text-settings";
import { creditTask } from "./text-task";

const usage = [
  "npm run credit -- [options]",
  "Compares ways to give tokens credit, skipping finished runs: with known rewards, and on text by three scores.",
].join("\n");
const parts = { known: undefined, ratings: "ratings", sentiment: "sentiment", words: "negative words" } as const;

async function main() {
  const known = Object.keys(creditMethods) as CreditMethodName[];
  const values = programOptions(usage, {
    parts: {
      default: Object.keys(parts).join(),
      help: "known rewards; text, scored by learned ratings, sentiment, negative words",
    },
    setting: { default: "quick", help: Object.keys(knownRewardSettings).join(", ") },
    seeds: { default: "0,1,2", help: "seeds on text; those with known rewards are the setting's" },
    methods: { default: known.join(), help: "methods on text, of those in the setting" },
    out: { default: "runs/credit-SETTING", help: "folder of the results" },
  });
  const seeds = wholeNumbers("seeds", values.seeds);
  const methods = namesAmong("methods", values.methods, known);
  const folder = values.out.replace("SETTING", values.setting);
  await tw.selectBackend();
  for (const part of namesAmong("parts", values.parts, Object.keys(parts) as (keyof typeof parts)[])) {
    const own = path.join(folder, part);
    const score = parts[part];
    if (score) await text(own, score, values.setting, { seeds, methods });
    else await knownRewards(own, values.setting);
  }
}

async function knownRewards(folder: string, name: string): Promise<void> {
  const setting = knownRewardSetting(name);
  const files = await openKnownRuns(folder, { name, engine: currentEngine(), ...setting });
  const total = knownJobs(setting).length - files.runs().length;
  for await (const _ of progress(runKnown(setting, files), { label: "known rewards", total }));
  await reportKnown(folder, setting, knownRows(setting, files));
}

async function text(
  folder: string,
  score: CreditScore,
  name: string,
  { seeds, methods }: { seeds: number[]; methods: CreditMethodName[] },
): Promise<void> {
  const setting = creditSetting(score, name);
  const precision = setting.model !== "tiny-lm" && tw.models.fastBfloat16() ? "bfloat16" : "float32";
  const stem = ({ method, weight, seed }: Pick<CreditRun, "method" | "weight" | "seed">) =>
    `${method}-weight${weight}-seed${seed}`;
  const files = await openRuns<CreditRun, tw.PolicyRow>(
    folder,
    { name, engine: currentEngine(), precision, ...setting },
    { stem, label: ({ method, weight, seed }) => ({ method, weight, seed }) },
  );
  const task = await creditTask(setting, { precision });
  const vectors = setting.judge > 0 ? await judgeVectors(setting.model) : undefined;
  const judge = vectors && (await learnJudge({ vectors, reviews: setting.judge, rng: tw.seeded(0).split("judge") }));
  if (judge) console.log(`judge: ${judge.name}, r ${judge.correlation.toFixed(2)} on reviews that it did not see`);
  try {
    // Seed by seed, so that an interrupted comparison has whole seeds.
    for (const seed of seeds)
      for (const method of ["untrained", ...methods] as const)
        for (const weight of method === "untrained" ? [0] : (setting.weights[method] ?? []))
          if (!files.run(stem({ method, weight, seed }))) await run(method, weight, seed, judge);
  } finally {
    vectors?.dispose();
    task.dispose();
  }
  await reportText(folder, files);

  async function run(method: CreditRun["method"], weight: number, seed: number, judge?: Judge) {
    let result: CreditRun | undefined;
    async function* training() {
      result = yield* creditRun(task, { method, weight, seed, judge });
    }
    const rows: tw.PolicyRow[] = [];
    const label = `${score}, ${method}, KL weight ${weight}, seed ${seed}`;
    for await (const batch of progress(training(), { label })) rows.push(...batch);
    await files.keep(result!, rows);
    const { texts, ...numbers } = result!;
    console.log(JSON.stringify(numbers));
  }
}

/** By the sentence encoder where the set-up has fetched it, else by the LM itself. */
const judgeVectors = async (model: string): Promise<TextVectors> =>
  fs.existsSync(cachePath("models", "minilm-l6")) ? encoderVectors() : lmVectors(await tw.loadCausalLm(model));

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
