import "@tensorflow/tfjs-backend-cpu";
// Every objective and every aggregate, in one table: its options and its value, by hand, on one small batch.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import {
  type Aggregate,
  hardMaxTokens,
  hardMinTokens,
  lastToken,
  meanTokens,
  softMaxTokens,
  softMinTokens,
  sumTokens,
} from "../../src/guidance/aggregate";
import * as tw from "../../src/index";
import { cacr, type TwoViews } from "../../src/objectives/cacr";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { genco, gencoTexts } from "../../src/objectives/genco";
import { ipo } from "../../src/objectives/ipo";
import { kl } from "../../src/objectives/kl";
import { kto } from "../../src/objectives/kto";
import { lmPrior } from "../../src/objectives/lm-prior";
import { meetInTheMiddle, type TwoWays } from "../../src/objectives/meet-in-the-middle";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import type { Objective, OptionalField, TokenBatch } from "../../src/objectives/objective";
import { oddsRatio } from "../../src/objectives/odds-ratio";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { reinforce } from "../../src/objectives/reinforce";
import { simpo } from "../../src/objectives/simpo";
import { slic } from "../../src/objectives/slic";
import { supcon } from "../../src/objectives/supcon";
import { tdpo } from "../../src/objectives/tdpo";
import { valueLoss } from "../../src/objectives/value-loss";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { type Contract, keepsContract } from "../contract";
import { inRepository } from "../repository";
import { full } from "./batch";

before(() => selectBackend());

const { log, exp, sqrt } = Math;

// −log π of the three tokens, and log π − log ρ: see the batch.
const [a, b, c] = [4 / 3, 2, 4].map(log);
const [x, y, z] = [log(1.5), 0, -log(3)];
const ahead = x + y - z;
const nllOf = (h: number) => log(1 + exp(-h));
const klOf = (p: number, q: number) => p * log(p / q) + (1 - p) * log((1 - p) / (1 - q));
const entropyOf = (p: number) => p * log(p) + (1 - p) * log(1 - p);
const deviation = sqrt((2 * 0.75 ** 2) / 3);
const spread = sqrt(((0.5 - 3.5 / 3) ** 2 + (1 - 3.5 / 3) ** 2 + (2 - 3.5 / 3) ** 2) / 3);
const [e, f] = [exp(0.5), exp(1)];
const soft = sqrt(3) / (1 + sqrt(3)); // 3 : 1, softened by 2
const k3 = (l: number) => exp(-l) - 1 + l;
// KL(ρ ‖ π), summed over each response.
const [better, worse] = [klOf(0.5, 0.75), klOf(0.75, 0.25)];

/** Log-odds of a mean log-probability. */
const logOddsOf = (mean: number) => mean - log(1 - exp(mean));
/** σ(−x), which is 1 − σ(x). */
const missOf = (x: number) => 1 / (1 + exp(x));

type Field = Exclude<keyof typeof full, "listSize" | "referencePoint">;

/** An objective, the optional fields that it needs, its loss on the batch. */
const objectives: [Objective, needs: Field[], value: number][] = [
  [mle(), [], (a + b + c) / 3],
  [weightedMle(), [], ((0.5 * a + b) / 1.5 + c) / 2],
  [weightedMle({ credit: "to-go" }), [], ((1.5 * a + b) / 2.5 + c) / 2],
  [weightedMle({ normalized: false }), [], (0.5 * a + b + 2 * c) / 2],
  [weightedMle({ weights: "exp" }), [], ((e * a + f * b) / (e + f) + c) / 2],
  [weightedMle({ weights: "exp", credit: "to-go" }), [], (((e + f) * a + f * b) / (e + 2 * f) + c) / 2],
  [weightedMle({ weights: "exp", normalized: false }), [], (e * a + f * b + exp(2) * c) / 2],
  [reinforce(), [], (0.5 * a + b + 2 * c) / 3],
  [reinforce({ credit: "to-go" }), [], (1.5 * a + b + 2 * c) / 3],
  [reinforce({ baseline: "position" }), [], (-0.75 * a + 0.75 * c) / 3],
  [reinforce({ credit: "to-go", baseline: "position" }), [], (-0.25 * a + 0.25 * c) / 3],
  [reinforce({ baseline: "position", scale: "std" }), [], (-0.75 * a + 0.75 * c) / 3 / deviation],
  [reinforce({ baseline: "batch", scale: "std" }), [], (-4 * a - b + 5 * c) / 18 / spread],
  [negativeEntropy(), [], (2 * entropyOf(0.75) + log(0.5)) / 3],
  [kl(), ["referenceLogits_BTV"], (klOf(0.75, 0.5) + klOf(0.75, 0.25)) / 3],
  [kl({ estimator: "k1" }), ["referenceLogits_BTV"], (x + y + z) / 3],
  [kl({ estimator: "k2" }), ["referenceLogits_BTV"], (x ** 2 + y ** 2 + z ** 2) / 6],
  [kl({ estimator: "k3" }), ["referenceLogits_BTV"], (k3(x) + k3(y) + k3(z)) / 3],
  [kl({ estimator: "k1", average: "sequences" }), ["referenceLogits_BTV"], ((x + y) / 2 + z) / 2],
  // The ratios are 1.5, 1, 0.5 and the advantages 1, −1, 2.
  [clippedRatio(), ["advantage_BT", "behaviorLogProbability_BT"], -(1.2 - 1 + 1) / 3],
  [
    clippedRatio({ clip: 0.6, average: "sequences" }),
    ["advantage_BT", "behaviorLogProbability_BT"],
    -(0.5 / 2 + 1) / 2,
  ],
  // Clip-higher leaves the first ratio up to 1.4.
  [clippedRatio({ clipHigh: 0.4 }), ["advantage_BT", "behaviorLogProbability_BT"], -(1.4 - 1 + 1) / 3],
  [clippedRatio({ dualClip: 1.1 }), ["advantage_BT", "behaviorLogProbability_BT"], -(1.2 - 1 + 1) / 3],
  [dpo({ beta: 0.5 }), ["referenceLogits_BTV"], nllOf(ahead / 2)],
  [dpo({ beta: 1, labelSmoothing: 0.1 }), ["referenceLogits_BTV"], 0.9 * nllOf(ahead) + 0.1 * nllOf(-ahead)],
  [dpo({ beta: 1, lengthNormalized: true }), ["referenceLogits_BTV"], nllOf((x + y) / 2 - z)],
  [dpo({ beta: 1, marginWeight: 0.5 }), ["referenceLogits_BTV", "margin_B"], nllOf(ahead - 0.5 * 0.4)],
  [ipo({ tau: 0.25 }), ["referenceLogits_BTV"], (ahead - 2) ** 2],
  [ipo({ tau: 0.25, lengthNormalized: true }), ["referenceLogits_BTV"], ((x + y) / 2 - z - 2) ** 2],
  [simpo(), [], nllOf(2 * (c - (a + b) / 2) - 0.5)],
  [oddsRatio(), [], nllOf(logOddsOf(-(a + b) / 2) - logOddsOf(-c))],
  [slic(), [], 1 + a + b - c],
  [slic({ margin: 2, lengthNormalized: true }), [], 2 + (a + b) / 2 - c],
  [
    kto({ beta: 0.5, undesirableWeight: 2 }),
    ["referenceLogits_BTV", "desirable_B"],
    (missOf(0.5 * (x + y - 0.1)) + 2 * missOf(0.5 * (0.1 - z))) / 2,
  ],
  [plackettLuceDpo({ beta: 1 }), ["referenceLogits_BTV"], nllOf(ahead)],
  [tdpo({ beta: 1, version: 1 }), ["referenceLogits_BTV"], nllOf(ahead - (worse - better))],
  [tdpo({ beta: 1 }), ["referenceLogits_BTV"], nllOf(ahead - 0.5 * (worse - better))],
  [lmPrior(), ["referenceLogits_BTV"], (a + b + c + 2 * (klOf(0.5, soft) + klOf(soft, 1 - soft))) / 3],
];

for (const [objective, needs, value] of objectives) {
  const { name, on, weight, loss, ...options } = objective;
  const { listSize, referencePoint } = full;
  const fields: Field[] = ["logits_BTV", "ids_BT", "mask_BT", "reward_BT", ...needs];
  keepsContract({
    name: `${name} ${JSON.stringify(options)}`,
    inputs: Object.fromEntries(fields.map(field => [field, full[field as keyof typeof full] as tf.Tensor])),
    loss: inputs => loss({ ...(inputs as unknown as TokenBatch), ...(on === "lists" && { listSize, referencePoint }) }),
    value,
    moving: ["logits_BTV"],
    emptyRows: on === "lists" ? listSize : 1,
    stopsGradient: name === "tdpo" && (options as { version?: number }).version === 2,
    missing: Object.fromEntries(needs.map(field => [field, new RegExp(`${name}: the batch has no .*\\. Give`)])),
  });
}

test("an objective needs the fields that it names, and no others", () => {
  const { logits_BTV, ids_BT, mask_BT } = full;
  const given = { ...full, referenceLogProbability_BT: full.behaviorLogProbability_BT };
  for (const [{ name, needs = [], loss }] of objectives) {
    const batchWith = (fields: readonly OptionalField[]): TokenBatch => ({
      ...{ logits_BTV, ids_BT, mask_BT },
      ...Object.fromEntries(fields.map(field => [field, given[field as Field | "referencePoint"]])),
    });
    assert.doesNotThrow(() => loss(batchWith(needs)).dispose(), name);
    for (const field of needs)
      assert.throws(() => loss(batchWith(needs.filter(other => other !== field))), /: the batch has no /, name);
  }
});

test("every objective of the library is in the table", () => {
  const inTable = new Set([...objectives.map(([{ name }]) => name), "valueLoss"]);
  const index = readFileSync(inRepository("src", "index.ts"), "utf8");
  const usual = [...index.matchAll(/export \{ (\w+).* from "\.\/objectives\//g)].map(([, name]) => name);
  const others = Object.keys(tw.objectives);
  let count = 0;
  for (const name of [...usual, ...others]) {
    const make = { ...tw, ...tw.objectives }[name as "mle"];
    let objective: Partial<Objective> | undefined;
    try {
      objective = (make as () => Objective)();
    } catch {
      continue; // it needs arguments
    }
    if (typeof objective?.loss !== "function" || !objective.on) continue;
    assert.ok(inTable.has(objective.name!), objective.name);
    count++;
  }
  assert.equal(count, inTable.size);
});

// One list of two candidates with 3 and 1 tokens, so C = 2. The scores count 1 and −2, to tell them apart.
const rewards = {
  reward_BT: tf.tensor2d([1, 2, 3, 4, Number.NaN, 9], [2, 3]),
  mask_BT: tf.tensor2d([1, 1, 1, 1, 0, 0], [2, 3]),
};
const softest = (sign: number) => 2 * 2 * sign * log(exp((sign * 1) / 2) + exp((sign * 2) / 2) + exp((sign * 3) / 2));

/** An aggregate and its scores. */
const aggregates: [Aggregate, number, number][] = [
  [sumTokens(), 6, 4],
  [meanTokens(), 4, 8],
  [softMaxTokens(), softest(1), 8],
  [softMinTokens(), softest(-1), 8],
  [hardMaxTokens(), 6, 8],
  [hardMinTokens(), 2, 8],
  [meanTokens({ lengthScaled: false }), 2, 4],
  [lastToken(), 3, 4],
];

for (const [aggregate, first, second] of aggregates)
  keepsContract({
    name: JSON.stringify(aggregate),
    inputs: rewards,
    loss: ({ reward_BT, mask_BT }) =>
      tf.tidy(() => tf.dot(aggregate.apply(reward_BT as tf.Tensor2D, mask_BT as tf.Tensor2D, 2), [1, -2])),
    value: first - 2 * second,
    moving: ["reward_BT"],
    emptyRows: 0,
  });

// The losses that want other tensors than a TokenBatch. Cosines: r between unit vectors and their diagonal.
const r = sqrt(0.5);
const [logits_BTV, ids_BT, mask_BT] = [full.logits_BTV, full.ids_BT, full.mask_BT];
const pair_BD = [1, 0, 0, 2]; // two axes, of lengths 1 and 2
const three_BD = [1, 0, 0, 2, 3, 3]; // and their diagonal
const two = (x: number[]) => tf.tensor2d(x, [x.length / 2, 2]);
const values = { value_BT: two([1, 2, 3, Number.NaN]), return_BT: two([0, 2.5, 1, Number.NaN]), mask_BT };
const views = {
  logitsA_BC: two([0, log(3), 0, 0]),
  logitsB_BC: two([0, 0, log(3), 0]),
  label_B: tf.tensor1d([1, 0], "int32"),
  zA_BD: two(pair_BD),
  zB_BD: two([0, 1, 1, 1]),
};
const symmetric = (klOf(0.75, 0.5) + klOf(0.5, 0.75)) / 2;
const paired = (nllOf(-r) + nllOf(r - 1) + nllOf(-1) + log(2)) / 4;

const others: Contract[] = [
  {
    name: "valueLoss",
    inputs: values,
    loss: inputs => valueLoss().loss(inputs as unknown as TokenBatch),
    value: (1 + 0.25 + 4) / 6,
    moving: ["value_BT"],
  },
  {
    name: "valueLoss, clipped",
    inputs: { ...values, oldValue_BT: two([0.2, 1.9, 3.6, Number.NaN]) },
    loss: inputs => valueLoss({ clip: 0.5 }).loss(inputs as unknown as TokenBatch),
    value: (1 + 0.25 + 2.1 ** 2) / 6,
    moving: ["value_BT"],
    missing: {
      value_BT: /valueLoss: the batch has no value_BT. Give/,
      return_BT: /valueLoss: the batch has no return_BT. Give/,
      oldValue_BT: /valueLoss: the batch has no oldValue_BT. Give/,
    },
  },
  {
    name: "meetInTheMiddle",
    inputs: { forwardLogits_BTV: logits_BTV, backwardLogits_BTV: full.referenceLogits_BTV, ids_BT, mask_BT },
    loss: inputs => meetInTheMiddle(inputs as unknown as TwoWays),
    value: (a + b + c + b + b + a + 0.1 * (0.25 + 0 + 0.5)) / 3,
    moving: ["forwardLogits_BTV", "backwardLogits_BTV"],
  },
  {
    name: "genco",
    inputs: { query_BD: two(pair_BD), key_ND: two([3, 0, 0, 1]), target_BN: two([2, 0, 0.5, 0.5]) },
    loss: ({ query_BD, key_ND, target_BN }) =>
      genco(query_BD as tf.Tensor2D, key_ND as tf.Tensor2D, target_BN as tf.Tensor2D),
    value: (nllOf(1) + (nllOf(1) + nllOf(-1)) / 2) / 2,
    moving: ["query_BD", "key_ND"],
  },
  {
    name: "gencoTexts",
    inputs: { query_BD: two(three_BD), mask_BB: tf.tensor2d([1, 0, 1, 0, 1, 0, 1, 0, 0], [3, 3]) },
    loss: ({ query_BD, mask_BB }) => gencoTexts(query_BD as tf.Tensor2D, mask_BB as tf.Tensor2D),
    value: (nllOf(r) + log(2)) / 2,
    moving: ["query_BD"],
  },
  {
    name: "supcon",
    inputs: { z_BD: two(three_BD), label_B: tf.tensor1d([0, 1, 0]), weight_B: tf.tensor1d([1, 9, 3]) },
    loss: ({ z_BD, label_B, weight_B }) =>
      supcon(z_BD as tf.Tensor2D, label_B as tf.Tensor1D, { temperature: 1, weight_B: weight_B as tf.Tensor1D }),
    value: (nllOf(r) + 3 * log(2)) / 4,
    moving: ["z_BD"],
  },
  {
    name: "cacr",
    inputs: views,
    loss: inputs => cacr(inputs as unknown as TwoViews, { consistency: 0.3, contrast: 0.7, temperature: 1 }),
    value: (a + b) / 2 + 0.3 * symmetric + 0.7 * paired,
    moving: ["logitsA_BC", "logitsB_BC", "zA_BD", "zB_BD"],
  },
];

others.forEach(keepsContract);
