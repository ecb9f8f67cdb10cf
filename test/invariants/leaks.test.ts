import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { attentionRedistributed, generalizedAdvantage, mixture, segmented, tokenReward } from "../../src/credit";
import { meanTokens } from "../../src/guidance/aggregate";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { kl } from "../../src/objectives/kl";
import { kto } from "../../src/objectives/kto";
import { scaled } from "../../src/objectives/objective";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { valueLoss } from "../../src/objectives/value-loss";
import { trainablePolicy } from "../../src/policies/trainable-policy";
import { fromPairs } from "../../src/preferences/from-pairs";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { trainWithLists } from "../../src/training/lists/with-lists";
import { trainPromptPolicy } from "../../src/training/prompts/train-prompt-policy";
import { trainWithSamples } from "../../src/training/samples/with-samples";
import type { PolicyRow } from "../../src/training/train-policy";
import { tinyLlama } from "../tiny-llama";
import { countingScore, tinyTraining, widePolicy } from "../tiny-task";

before(() => selectBackend());

test("100 updates leave no tensor: none from update to update, none at the end", async () => {
  const start = tf.memory().numTensors;
  const model = tinyLlama();
  const policy = widePolicy(model);
  const long = { ...tinyTraining(), rounds: 2, updates: 50, entropyFloor: 1e-6 };
  const training = trainPromptPolicy({ ...long, policy, score: countingScore(), rng: seeded(0) });
  const inRound: number[][] = [[], []];
  let updates = 0;
  for (;;) {
    const { done, value } = await training.next();
    if (done) {
      value.guidance.dispose();
      break;
    }
    if (value.some(({ phase }) => phase === "policy")) inRound[Math.floor(updates++ / 50)].push(tf.memory().numTensors);
  }
  assert.equal(updates, 100);
  // The first update of a round sets a state aside, the second one more; from then on nothing grows.
  for (const counts of inRound) assert.equal(new Set(counts.slice(1)).size, 1, `${counts}`);
  policy.dispose();
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});

/** The number of tensors after each update. */
async function counted(training: AsyncGenerator<PolicyRow[], unknown>): Promise<number[]> {
  const counts: number[] = [];
  for await (const rows of training)
    if (rows.some(({ phase }) => phase === "policy")) counts.push(tf.memory().numTensors);
  return counts;
}

test("100 updates on samples leave no tensor, with a value head, relearned guidance and every kind of credit", async () => {
  const start = tf.memory().numTensors;
  const model = tinyLlama();
  const policy = trainablePolicy(model, { train: "low-rank", rank: 1 });
  const score: Score<Sample> = {
    name: "ids",
    apply: async samples => Float32Array.from(samples, ({ response }) => (response[0] as number) / 54),
  };
  const tokens = mixture([
    [0.5, segmented(tokenReward(), { segments: 2 })],
    [0.5, attentionRedistributed({ of: tokenReward() })],
  ]);
  const training = trainWithSamples({
    policy,
    score,
    prompts: [
      [0, 7],
      [0, 21, 22],
      [0, 4],
    ],
    guidance: {
      learn: { aggregate: meanTokens(), listsPerStep: 2, steps: 2, hidden: 4 },
      every: 20,
      before: generalizedAdvantage(),
    },
    credit: generalizedAdvantage({ of: tokens }),
    valueHead: { hidden: 4 },
    objectives: [clippedRatio({ dualClip: 3 }), scaled(0.5, valueLoss({ clip: 0.2 })), scaled(0.01, kl())],
    adaptiveKl: { target: 0.1 },
    scoring: { budget: 1e6 },
    samples: 2,
    batchSize: 1,
    passes: 2,
    microBatchSize: 1,
    sampling: { maxNewTokens: 3, temperature: 0.9 },
    atSamplingTemperature: true,
    updates: 100,
    learningRate: 1e-3,
    validate: { every: 25, measure: async step => ({ step }), keepBest: "step" },
    rng: seeded(0),
  });
  const counts = await counted(training);
  assert.equal(counts.length, 100);
  // Guidance is learned before update 20, the first policy is kept after 25.
  for (const [from, to] of [
    [1, 20],
    [20, 25],
    [25, 100],
  ]) {
    assert.equal(new Set(counts.slice(from, to)).size, 1, `${counts.slice(from, to)}`);
  }
  policy.dispose();
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});

test("100 updates on lists leave no tensor", async () => {
  const start = tf.memory().numTensors;
  const model = tinyLlama();
  const policy = trainablePolicy(model, { train: "low-rank", rank: 1 });
  const lists = fromPairs(
    aq.table({
      prompt: ["a", "b", "c", "d"],
      chosen: ["q", "qa", "q", "qb"],
      rejected: ["a", "b", "ab", "c"],
      margin: [1, 2, 1, 2],
    }),
  );
  const training = trainWithLists({
    policy,
    lists,
    objectives: [dpo({ marginWeight: 0.1 }), kto(), plackettLuceDpo()],
    epochs: 50,
    batchSize: 2,
    microBatchSize: 1,
    learningRate: 1e-3,
    validate: { every: 10, measure: async step => ({ step }), keepBest: "step" },
    rng: seeded(0),
  });
  const counts = await counted(training);
  assert.equal(counts.length, 100);
  for (const [from, to] of [
    [1, 20],
    [20, 100],
  ])
    assert.equal(new Set(counts.slice(from, to)).size, 1, `${counts.slice(from, to)}`);
  policy.dispose();
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});
