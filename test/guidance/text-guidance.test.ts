// What `learnGuidance` makes of texts: a table of rewards, which stay as they are while the LM trains.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { type Aggregate, lastToken, meanTokens, softMaxTokens, sumTokens } from "../../src/guidance/aggregate";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import type { CausalLm } from "../../src/models/causal/forward";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { type TrainablePolicyOptions, trainablePolicy } from "../../src/policies/trainable-policy";
import { fromPairs } from "../../src/preferences/from-pairs";
import { trainWithReferences } from "../../src/training/with-references";
import { tinyLlama } from "../tiny-llama";

before(() => selectBackend());

const pairs = fromPairs(
  aq.from(
    Array.from({ length: 20 }, (_, i) => ({
      prompt: "abc".repeat(1 + (i % 3)),
      chosen: `${"fghij"[i % 5]} good`,
      rejected: `${"klmno"[i % 5]} bad`,
    })),
  ),
);
const learned = (lm: CausalLm, aggregate: Aggregate = meanTokens()) =>
  learnGuidance(lm, pairs, { aggregate, rng: seeded(0), steps: 20, listsPerStep: 16, hidden: 16 });

test("the whole reward is the aggregate with the table as one list", async () => {
  const lm = tinyLlama();
  // Two, three and four tokens with the end token: the mean length C is 3.
  const texts = aq.from([{ response: "a" }, { response: "b good" }, { response: "so bad" }]);
  const sum = (rewards: number[]) => rewards.reduce((a, b) => a + b, 0);
  const cases: [Aggregate, (rewards: number[]) => number][] = [
    [meanTokens(), rewards => (3 * sum(rewards)) / rewards.length],
    [meanTokens({ lengthScaled: false }), rewards => sum(rewards) / rewards.length],
    [sumTokens(), sum],
    [lastToken(), rewards => rewards.at(-1)!],
    [softMaxTokens({ temperature: 1 }), rewards => 3 * Math.log(sum(rewards.map(Math.exp)))],
  ];
  for (const [aggregate, byHand] of cases) {
    const guidance = await learned(lm, aggregate);
    const rows = (await guidance.table(texts)).objects() as { rewards: number[]; reward: number }[];
    assert.deepEqual(
      rows.map(({ rewards }) => rewards.length),
      [2, 3, 4],
    );
    for (const { rewards, reward } of rows)
      assert.ok(Math.abs(reward - byHand(rewards)) < 1e-5, `${aggregate.name}: ${reward}, not ${byHand(rewards)}`);
    assert.equal((await guidance.table(texts.filter(() => false))).numRows(), 0);
    guidance.dispose();
  }
  lm.dispose();
});

const ways: TrainablePolicyOptions[] = [
  { train: "low-rank", rank: 2 },
  { train: "upper-layers", fromLayer: 1 },
  { train: "whole" },
];

for (const way of ways)
  test(`rewards stay as they are while the LM trains, ${way.train}`, async () => {
    const start = tf.memory().numTensors;
    const lm = tinyLlama();
    const guidance = await learned(lm);
    const rewards = async () => (await guidance.table(pairs)).array("rewards") as number[][];
    const before = await rewards();
    const policy = trainablePolicy(lm, way);
    const references = pairs.filter((d: any) => d.rank === 1);
    const training = trainWithReferences({
      ...{ policy, references, guidance, objectives: [weightedMle()], rng: seeded(1) },
      ...{ epochs: 2, batchSize: 5, learningRate: 0.02 },
    });
    const losses: number[] = [];
    for await (const rows of training) losses.push(rows.find(({ name }) => name === "loss")!.value);
    assert.ok(losses.at(-1)! < losses[0]);
    assert.deepEqual(await rewards(), before);
    policy.merge();
    assert.deepEqual(await rewards(), before);
    guidance.dispose();
    lm.dispose();
    assert.equal(tf.memory().numTensors, start);
  });
