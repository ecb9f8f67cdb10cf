import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { planPrompts } from "../../../experiments/prompt/plan";
import { bandit, budget, manualPrompts, promptSetting, promptSettings } from "../../../experiments/prompt/settings";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { randomSearch } from "../../../src/evaluation/random-search";
import type { CausalLm } from "../../../src/models/causal/forward";
import { weightAt } from "../../../src/objectives/objective";
import type { PromptPolicy } from "../../../src/policies/prompt-policy";
import type { Score } from "../../../src/preferences/score";
import {
  type PromptRow,
  type PromptTrained,
  trainPromptPolicy,
} from "../../../src/training/prompts/train-prompt-policy";
import { tinyLlama } from "../../tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "../../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

type Search = (policy: PromptPolicy, score: Score<readonly number[]>) => AsyncGenerator<PromptRow[], unknown>;
const rng = () => seeded(0);
const searches: Record<string, Search> = {
  guided: (policy, score) => trainPromptPolicy({ ...tinyTraining(), policy, score, rng: rng() }),
  bandit: (policy, score) => trainPromptPolicy({ ...bandit(tinyTraining()), policy, score, rng: rng() }),
  random: (policy, score) => randomSearch({ policy, score, evaluations: budget(tinyTraining()), rng: rng() }),
};

/** All rows of a search on a fresh policy, and the prompts that it scored. */
async function found(search: Search) {
  const policy = widePolicy(model);
  const score = countingScore();
  const running = search(policy, score);
  const rows: PromptRow[] = [];
  for (;;) {
    const { done, value } = await running.next();
    if (done) {
      (value as PromptTrained | undefined)?.guidance.dispose();
      policy.dispose();
      return { rows, calls: score.calls };
    }
    rows.push(...value);
  }
}

test("guided, bandit and random search score equally many distinct prompts, and leave no tensor", async () => {
  const start = tf.memory().numTensors;
  const results: Record<string, Awaited<ReturnType<typeof found>>> = {};
  for (const [method, search] of Object.entries(searches)) {
    const { rows, calls } = (results[method] = await found(search));
    assert.equal(calls.length, budget(tinyTraining()), method);
    assert.equal(new Set(calls).size, calls.length);
    assert.equal(rows.at(-1)!.evaluations, calls.length);
    assert.ok(rows.some(({ name }) => name === "score") && rows.some(({ name }) => name === "best score"));
  }
  assert.equal(tf.memory().numTensors, start);
  const [guided, paidWhole] = [results.guided.calls, results.bandit.calls];
  assert.deepEqual(paidWhole.slice(0, 24), guided.slice(0, 24));
  assert.notDeepEqual(paidWhole, guided);
});

test("the bandit differs only in the credit of tokens", () => {
  const training = tinyTraining();
  const { learn, ...rest } = bandit(training);
  const { learn: before, ...same } = training;
  assert.deepEqual({ ...learn, aggregate: undefined }, { ...before, aggregate: undefined, credit: "sequence" });
  assert.equal(learn.aggregate, before.aggregate);
  assert.deepEqual(Object.keys(rest), Object.keys(same));
  for (const key of Object.keys(same) as (keyof typeof same)[]) assert.equal(rest[key], same[key]);
});

test("settings by name; an unknown name lists them", () => {
  for (const [name, setting] of Object.entries(promptSettings)) assert.equal(promptSetting(name), setting);
  for (const name of ["fast", "toString"])
    assert.throws(
      () => promptSetting(name),
      new RegExp(`promptSetting: there is no setting "${name}"\\. Use toy, quick, standard, paper\\.`),
    );
});

test("a setting's numbers fit together", () => {
  for (const { shots, testSize, searchExamples, finalists, winners, training } of Object.values(promptSettings)) {
    assert.ok(searchExamples <= 2 * shots && testSize % 2 === 0 && winners <= finalists);
    assert.equal(budget(training), training.initialSamples + training.rounds * training.freshSamples);
    for (const objective of training.objectives) {
      assert.equal(objective.on, "samples");
      assert.ok(weightAt(objective, training.rounds * training.updates - 1) > 0);
    }
    assert.doesNotThrow(() => JSON.stringify(training));
  }
  const { training } = promptSettings.quick;
  const kl = training.objectives.find(({ name }) => name === "kl")!;
  const last = training.rounds * training.updates - 1;
  assert.deepEqual(
    [weightAt(kl, 0), weightAt(kl, last)].map(weight => Number(weight.toFixed(6))),
    [0.7, 0.15],
  );
});

test("manual prompts are distinct and begin with a space", () => {
  assert.equal(new Set(manualPrompts).size, manualPrompts.length);
  for (const prompt of manualPrompts) assert.match(prompt, /^ \S/);
});

test("settings from JSON are refused by name where an option is misspelt or out of its range", async () => {
  const { quick } = promptSettings;
  const wrong = (change: object) => planPrompts({ ...quick, ...change });
  await assert.rejects(
    wrong({ promptToken: 5 }),
    /planPrompts: there is no option "promptToken"\. Did you mean "promptTokens"\?/,
  );
  await assert.rejects(wrong({ winners: 2.5 }), /winners is 2\.5\. Give a whole number, 1 or more/);
  const learn = { ...quick.training.learn, step: 3 };
  await assert.rejects(
    wrong({ training: { ...quick.training, learn } }),
    /no option "training\.learn\.step"\. Did you mean "steps"\?/,
  );
});
