import "@tensorflow/tfjs-backend-cpu";
// Every objective and every aggregate, in one table: its options and its value, by hand, on one small batch.

import { before } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import {
  type Aggregate,
  lastToken,
  meanTokens,
  softMaxTokens,
  softMinTokens,
  sumTokens,
} from "../../src/guidance/aggregate";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { kl } from "../../src/objectives/kl";
import { lmPrior } from "../../src/objectives/lm-prior";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import type { Objective, TokenBatch } from "../../src/objectives/objective";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { reinforce } from "../../src/objectives/reinforce";
import { tdpo } from "../../src/objectives/tdpo";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { keepsContract } from "../contract";
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

type Field = Exclude<keyof TokenBatch, "listSize">;

/** An objective, the optional fields that it needs, its loss on the batch. */
const objectives: [Objective, needs: Field[], value: number][] = [
  [mle(), [], (a + b + c) / 3],
  [weightedMle(), [], ((0.5 * a + b) / 1.5 + c) / 2],
  [weightedMle({ credit: "to-go" }), [], ((1.5 * a + b) / 2.5 + c) / 2],
  [weightedMle({ normalised: false }), [], (0.5 * a + b + 2 * c) / 2],
  [weightedMle({ weights: "exp" }), [], ((e * a + f * b) / (e + f) + c) / 2],
  [weightedMle({ weights: "exp", credit: "to-go" }), [], (((e + f) * a + f * b) / (e + 2 * f) + c) / 2],
  [weightedMle({ weights: "exp", normalised: false }), [], (e * a + f * b + exp(2) * c) / 2],
  [reinforce(), [], (0.5 * a + b + 2 * c) / 3],
  [reinforce({ credit: "to-go" }), [], (1.5 * a + b + 2 * c) / 3],
  [reinforce({ baseline: "position" }), [], (-0.75 * a + 0.75 * c) / 3],
  [reinforce({ credit: "to-go", baseline: "position" }), [], (-0.25 * a + 0.25 * c) / 3],
  [reinforce({ baseline: "position", scale: "deviation" }), [], (-0.75 * a + 0.75 * c) / 3 / deviation],
  [reinforce({ baseline: "batch", scale: "deviation" }), [], (-4 * a - b + 5 * c) / 18 / spread],
  [negativeEntropy(), [], (2 * entropyOf(0.75) + log(0.5)) / 3],
  [kl(), ["referenceLogits_BTV"], (klOf(0.75, 0.5) + klOf(0.75, 0.25)) / 3],
  [kl({ estimator: "k1" }), ["referenceLogits_BTV"], (x + y + z) / 3],
  [kl({ estimator: "k2" }), ["referenceLogits_BTV"], (x ** 2 + y ** 2 + z ** 2) / 6],
  [kl({ estimator: "k3" }), ["referenceLogits_BTV"], (k3(x) + k3(y) + k3(z)) / 3],
  // The ratios are 1.5, 1, 0.5 and the advantages 1, −1, 2.
  [clippedRatio(), ["advantage_BT", "behaviourLogProbability_BT"], -(1.2 - 1 + 1) / 3],
  [clippedRatio({ clip: 0.6, average: "rows" }), ["advantage_BT", "behaviourLogProbability_BT"], -(0.5 / 2 + 1) / 2],
  [dpo({ beta: 0.5 }), ["referenceLogits_BTV"], nllOf(ahead / 2)],
  [dpo({ beta: 1, labelSmoothing: 0.1 }), ["referenceLogits_BTV"], 0.9 * nllOf(ahead) + 0.1 * nllOf(-ahead)],
  [plackettLuceDpo({ beta: 1 }), ["referenceLogits_BTV"], nllOf(ahead)],
  [tdpo({ beta: 1, version: 1 }), ["referenceLogits_BTV"], nllOf(ahead - (worse - better))],
  [tdpo({ beta: 1 }), ["referenceLogits_BTV"], nllOf(ahead - 0.5 * (worse - better))],
  [lmPrior(), ["referenceLogits_BTV"], (a + b + c + 2 * (klOf(0.5, soft) + klOf(soft, 1 - soft))) / 3],
];

for (const [objective, needs, value] of objectives) {
  const { name, on, weight, loss, ...options } = objective;
  const { listSize } = full;
  const fields: Field[] = ["logits_BTV", "ids_BT", "mask_BT", "reward_BT", ...needs];
  keepsContract({
    name: `${name} ${JSON.stringify(options)}`,
    inputs: Object.fromEntries(fields.map(field => [field, full[field as keyof typeof full] as tf.Tensor])),
    loss: inputs => loss({ ...(inputs as unknown as TokenBatch), ...(on === "lists" && { listSize }) }),
    value,
    moving: ["logits_BTV"],
    emptyRows: on === "lists" ? listSize : 1,
    stopsGradient: name === "tdpo" && (options as { version?: number }).version === 2,
    missing: Object.fromEntries(needs.map(field => [field, new RegExp(`${name}: the batch has no .*\\. Give`)])),
  });
}

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
  [lastToken(), 3, 4],
];

for (const [aggregate, first, second] of aggregates)
  keepsContract({
    name: aggregate.name,
    inputs: rewards,
    loss: ({ reward_BT, mask_BT }) =>
      tf.tidy(() => tf.dot(aggregate.apply(reward_BT as tf.Tensor2D, mask_BT as tf.Tensor2D, 2), [1, -2])),
    value: first - 2 * second,
    moving: ["reward_BT"],
    emptyRows: 0,
  });
