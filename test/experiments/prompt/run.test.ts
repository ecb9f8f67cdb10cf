import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { type PromptRun, promptSearch } from "../../../experiments/prompt/run";
import { budget, type PromptSetting, promptSettings } from "../../../experiments/prompt/settings";
import { type PromptTask, promptTask } from "../../../experiments/prompt/task";
import { type PromptVariantName, promptVariants } from "../../../experiments/prompt/variants";
import { selectBackend } from "../../../src/backend/select";
import type { CausalLm } from "../../../src/models/causal/forward";
import type { PromptRow } from "../../../src/training/prompts/train-prompt-policy";
import { tinyLlama } from "../../tiny-llama";
import { examples, tinyTraining } from "../../tiny-task";

const setting: PromptSetting = {
  ...promptSettings.quick,
  verbalizers: { negative: " bad", positive: " good" },
  context: " so good",
  searchExamples: 2,
  promptTokens: 4,
  candidates: 20,
  adaptorWidth: 32,
  finalists: 4,
  winners: 2,
  training: { ...tinyTraining(), learn: { ...tinyTraining().learn, steps: 10 }, rounds: 2, updates: 3 },
};

let model: CausalLm;
let task: PromptTask;
before(async () => {
  await selectBackend();
  model = tinyLlama();
  const part = aq.from(examples);
  const reviews = { train: part, valid: part, test: part, classes: ["negative", "positive"] };
  task = promptTask(model, setting, { reviews });
});
after(() => {
  tf.dispose(task.classifier.verbalizers_DC);
  model.dispose();
});

async function run(
  variant: PromptVariantName,
  evaluations?: number,
): Promise<{ rows: PromptRow[]; result: PromptRun }> {
  const rows: PromptRow[] = [];
  const search = promptSearch(task, { variant, seed: 0, evaluations });
  for (;;) {
    const { done, value } = await search.next();
    if (done) return { rows, result: value };
    rows.push(...value);
  }
}

test("the search sees the first of the training examples, the ranking the others", () => {
  assert.deepEqual(task.searchExamples, examples.slice(0, 2));
  assert.deepEqual(task.rankingExamples, [...examples.slice(2), ...examples]);
});

test("every variant runs, starts with the same samples, ends with winners and leaves no tensor", async () => {
  const start = tf.memory().numTensors;
  const first = new Map<string, number>();
  for (const variant of Object.keys(promptVariants) as PromptVariantName[]) {
    const { rows, result } = await run(variant, 30);
    const scores = rows.filter(({ name }) => name === "score").map(({ value }) => value);
    first.set(variant, scores[0]);
    assert.equal(result.variant, variant);
    // The paper-form has no entropy floor: its policy may repeat itself.
    const most = variant === "random" ? 30 : budget(setting.training);
    assert.ok(variant === "paper-form" ? result.evaluations <= most : result.evaluations === most, variant);
    assert.equal(result.lastRoundScore, scores.at(-1));
    assert.equal(result.agreement === null, variant === "random");
    assert.equal(result.prompts.length, setting.winners);
    assert.ok(result.bestScore >= result.lastRoundScore && result.testAccuracy <= 1);
    assert.equal(tf.memory().numTensors, start, variant);
  }
  first.delete("random");
  assert.equal(new Set(first.values()).size, 1);
});

test("the same seed gives the same run, and an abandoned run leaves no tensor", async () => {
  const [once, again] = [await run("guided"), await run("guided")];
  assert.deepEqual({ ...again.result, seconds: 0 }, { ...once.result, seconds: 0 });
  const start = tf.memory().numTensors;
  for await (const rows of promptSearch(task, { variant: "guided", seed: 0 })) if (rows[0].phase === "policy") break;
  assert.equal(tf.memory().numTensors, start);
});

test("a variant changes what it says and nothing else", () => {
  const training = tinyTraining();
  const changed = Object.entries(promptVariants).map(([name, variant]) => {
    if (typeof variant === "string") return [name, variant];
    const made: Record<string, unknown> = variant(training);
    const before: Record<string, unknown> = { ...training };
    const learn = Object.entries(made.learn as object).filter(([key, value]) => value !== before.learn![key as never]);
    const rest = Object.keys(made).filter(key => key !== "learn" && made[key] !== before[key]);
    return [name, [...rest, ...learn.map(([key, value]) => `${key} ${value.name ?? value}`)].join()];
  });
  assert.deepEqual(Object.fromEntries(changed), {
    guided: "",
    bandit: "credit sequence",
    fixed: "relearnRounds",
    random: "random search",
    "paper-form": "objectives,rewardUnit,entropyFloor",
    "K=2": "listSize 2",
    "K=3": "listSize 3",
    "soft-max": "aggregate softMaxTokens",
    "soft-min": "aggregate softMinTokens",
    "last-token": "aggregate lastToken",
    sum: "aggregate sumTokens",
  });
});

test("an unknown variant and an unknown option are refused by name", async () => {
  const search = promptSearch(task, { variant: "best" as PromptVariantName, seed: 0 });
  await assert.rejects(search.next(), /promptSearch: variant is "best"\. There are guided, bandit,/);
});
