// Where the best policy is known in closed form, the objectives' gradient is zero there and nowhere near it: one token,
// a vocabulary of four, every token taken in proportion to its probability, so that a mean over the batch is an
// expectation.

import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { kl } from "../../src/objectives/kl";
import { lmPrior } from "../../src/objectives/lm-prior";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { type Objective, scaled, type TokenBatch } from "../../src/objectives/objective";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { reinforce } from "../../src/objectives/reinforce";
import { evaluateTerms } from "../../src/objectives/terms";
import { weightedMle } from "../../src/objectives/weighted-mle";

const reference = [0.1, 0.2, 0.3, 0.4];
const reward = [0.9, 0.2, 0.5, 0.1];
const beta = 0.3;

const normal = (x: number[]): number[] => x.map(value => value / x.reduce((sum, y) => sum + y, 0));
const V = reward.length;
const rows = (p: number[], count: number) =>
  tf.tile(tf.tensor3d(p.map(Math.log), [1, 1, V]), [count, 1, 1]) as tf.Tensor3D;

/**
 * Every token once, its reward weighed by how often the policy takes it: a mean over the batch is a mean over samples.
 */
const samples = (policy: number[]): Omit<TokenBatch, "logits_BTV"> => ({
  ids_BT: tf.tensor2d([0, 1, 2, 3], [V, 1], "int32"),
  mask_BT: tf.ones([V, 1]),
  reward_BT: tf.tensor2d(
    reward.map((r, i) => V * policy[i] * r),
    [V, 1],
  ),
  advantage_BT: tf.tensor2d(
    reward.map((r, i) => V * policy[i] * r),
    [V, 1],
  ),
  behaviorLogProbability_BT: tf.tensor2d(policy.map(Math.log), [V, 1]),
  referenceLogits_BTV: rows(reference, V),
});

/** These tokens in the data, each row's reward its weight. */
const data = (ids: number[], weights: number[]): Omit<TokenBatch, "logits_BTV"> => ({
  ids_BT: tf.tensor2d([ids], undefined, "int32"),
  mask_BT: tf.ones([1, ids.length]),
  reward_BT: tf.tensor2d([weights]),
});

/** Length of the gradient to the policy's logits, of the whole sum of objectives. */
function slope(objectives: Objective[], policy: number[], others: Omit<TokenBatch, "logits_BTV">): number {
  const [B, T] = others.mask_BT.shape;
  return tf.tidy(() => {
    const gradient = tf.grad(logits_V => {
      const logits_BTV = tf.tile(tf.reshape(logits_V, [1, 1, V]), [B, T, 1]) as tf.Tensor3D;
      const batch = { ...others, logits_BTV };
      return evaluateTerms(objectives, { samples: batch, references: batch, lists: batch }, 0).loss;
    });
    return tf.norm(gradient(tf.tensor1d(policy.map(Math.log)))).dataSync()[0];
  });
}

const entropyBest = normal(reward.map(r => Math.exp(r / beta)));
const klBest = normal(reward.map((r, i) => reference[i] * Math.exp(r / beta)));
const counted = data([0, 1, 1, 2, 3, 3, 3, 3], [1, 2, 3, 4, 1, 1, 1, 1]);

// A list of two whose first is better with probability 1 − s: the best lead is log((1 − s) / s) / β.
const smoothing = 0.2;
const lead = Math.log((1 - smoothing) / smoothing);
const pair: Omit<TokenBatch, "logits_BTV"> = {
  ids_BT: tf.tensor2d([[0], [1]], undefined, "int32"),
  mask_BT: tf.ones([2, 1]),
  reward_BT: tf.zeros([2, 1]),
  referenceLogits_BTV: rows(reference, 2),
  listSize: 2,
};
const preferred = normal([reference[0] * Math.exp(lead / beta), ...reference.slice(1)]);

// Lists of three in all orders, each as often in 280 as Plackett–Luce says for these strengths.
const strength = [0.5, 0.3, 0.2];
const often: [number, number, number, times: number][] = [
  [0, 1, 2, 84],
  [0, 2, 1, 56],
  [1, 0, 2, 60],
  [1, 2, 0, 24],
  [2, 0, 1, 35],
  [2, 1, 0, 21],
];
const ordered = often.flatMap(([i, j, k, times]) => Array.from({ length: times }, () => [[i], [j], [k]]).flat());
const lists: Omit<TokenBatch, "logits_BTV"> = {
  ids_BT: tf.tensor2d(ordered, undefined, "int32"),
  mask_BT: tf.ones([ordered.length, 1]),
  reward_BT: tf.zeros([ordered.length, 1]),
  referenceLogits_BTV: rows(reference, ordered.length),
  listSize: 3,
};
const strong = normal([...strength.map((s, i) => reference[i] * s ** (1 / beta)), reference[3]]);

const table: [name: string, Objective[], best: number[], Omit<TokenBatch, "logits_BTV">][] = [
  ["mle: the data's frequencies", [mle()], [1 / 8, 2 / 8, 1 / 8, 4 / 8], counted],
  ["weightedMle: the data's weights", [weightedMle()], normal([1, 5, 4, 4]), counted],
  ["negativeEntropy: no preference", [negativeEntropy()], normal([1, 1, 1, 1]), samples(normal([1, 1, 1, 1]))],
  ["kl: the reference", [kl()], reference, samples(reference)],
  ["k3: the reference", [kl({ estimator: "k3" })], reference, samples(reference)],
  [
    "lmPrior at temperature 1: between data and prior",
    [lmPrior({ temperature: 1, prior: 1 })],
    normal([1 / 8, 2 / 8, 1 / 8, 4 / 8].map((p, i) => p + reference[i])),
    { ...counted, referenceLogits_BTV: tf.tile(rows(reference, 1), [1, 8, 1]) as tf.Tensor3D },
  ],
  [
    "reinforce with entropy: exp(r / β)",
    [reinforce(), scaled(beta, negativeEntropy())],
    entropyBest,
    samples(entropyBest),
  ],
  ["reinforce with kl: ρ exp(r / β)", [reinforce(), scaled(beta, kl())], klBest, samples(klBest)],
  ["clippedRatio with kl: ρ exp(r / β)", [clippedRatio(), scaled(beta, kl())], klBest, samples(klBest)],
  ["plackettLuceDpo: the strengths", [plackettLuceDpo({ beta })], strong, lists],
  ["dpo: the odds of the preference", [dpo({ beta, labelSmoothing: smoothing })], preferred, pair],
];

before(() => selectBackend());

for (const [name, objectives, best, batch] of table)
  test(name, () => {
    const elsewhere = normal(best.map((p, i) => p * (i === 0 ? 1.3 : 1)));
    const [here, there] = [best, elsewhere].map(policy => slope(objectives, policy, batch));
    assert.ok(here < 2e-6 && there > 1e-3, `${here} at the best policy, ${there} beside it`);
  });
