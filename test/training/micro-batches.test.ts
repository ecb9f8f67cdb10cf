// However a batch is cut into micro-batches, an update has one loss and one gradient: through the real optimizer.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { clippedRatio } from "../../src/objectives/clipped-ratio";
import { dpo } from "../../src/objectives/dpo";
import { ipo } from "../../src/objectives/ipo";
import { kl } from "../../src/objectives/kl";
import { kto } from "../../src/objectives/kto";
import { lmPrior } from "../../src/objectives/lm-prior";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import type { Objective, TokenBatch } from "../../src/objectives/objective";
import { oddsRatio } from "../../src/objectives/odds-ratio";
import { plackettLuceDpo } from "../../src/objectives/plackett-luce-dpo";
import { reinforce } from "../../src/objectives/reinforce";
import { simpo } from "../../src/objectives/simpo";
import { slic } from "../../src/objectives/slic";
import { tdpo } from "../../src/objectives/tdpo";
import { weightedMle } from "../../src/objectives/weighted-mle";
import type { MicroBatch } from "../../src/training/optimizer-step";
import { trainPolicy } from "../../src/training/train-policy";

before(() => selectBackend());

const objectives: Objective[] = [
  ...[mle(), weightedMle(), reinforce(), kl(), kl({ estimator: "k3" }), negativeEntropy()],
  ...[
    clippedRatio(),
    clippedRatio({ average: "sequences", clipHigh: 0.5, dualClip: 1.1 }),
    lmPrior(),
    lmPrior({ average: "none" }),
  ],
  ...[dpo(), plackettLuceDpo(), tdpo(), tdpo({ version: 1 })],
  ...[dpo({ lengthNormalized: true, marginWeight: 0.5 }), ipo(), simpo(), oddsRatio(), slic(), kto()],
];

// Four responses of 3, 1, 2 and 0 tokens to two prompts, in lists of two; the last has none, as an empty sample.
const [B, T, V] = [4, 3, 5];
const lengths = [3, 1, 2, 0];
const rng = seeded(0);
const numbers = (count: number) => Array.from({ length: count }, () => rng.normal());
const cube = () => tf.tensor3d(numbers(B * T * V), [B, T, V]);
const matrix = () => tf.tensor2d(numbers(B * T), [B, T]);
const mask = lengths.map(length => Array.from({ length: T }, (_, t) => Number(t < length)));

/** The loss and the gradient's norm of an update in these micro-batches, by their rows. */
async function updated(objective: Objective, parts: number[][], scale: number): Promise<number[]> {
  const x = (tensor: tf.Tensor, rows: number[]) => tf.gather(tensor, tf.tensor1d(rows, "int32")) as never;
  const variable = tf.variable(tf.scalar(scale));
  const fixed = {
    ids_BT: tf.tensor2d(ids, [B, T], "int32"),
    mask_BT: tf.tensor2d(mask),
    reward_BT: tf.abs(rewards),
    ...{ margin_B: tf.tensor1d([1, Number.NaN, 2, Number.NaN]), desirable_B: tf.tensor1d([1, 0, 1, 0]) },
    ...{ referenceLogits_BTV: reference, advantage_BT: rewards, behaviorLogProbability_BT: behaviour },
  };
  const micro = parts.map((rows): MicroBatch => {
    const tokens = rows.reduce((sum, row) => sum + lengths[row], 0);
    const sequences = rows.filter(row => lengths[row] > 0).length;
    const counts = { tokens, sequences, lists: rows.length / 2 };
    return {
      counts: { [objective.on]: counts },
      batches() {
        const batch = Object.fromEntries(Object.entries(fixed).map(([name, tensor]) => [name, x(tensor, rows)]));
        const logits_BTV = tf.mul(x(logits, rows), variable);
        return { [objective.on]: { ...batch, logits_BTV, listSize: 2, referencePoint: 0.3 } as unknown as TokenBatch };
      },
    };
  });
  const training = trainPolicy({
    ...{ variables: [variable], objectives: [objective], steps: 1, learningRate: 0, rng: seeded(0) },
    batches: () => micro,
  });
  const rows = (await training.next()).value as { name: string; value: number }[];
  await training.return({ bestStep: 0 });
  tf.dispose([variable, fixed.ids_BT, fixed.mask_BT, fixed.reward_BT, fixed.margin_B, fixed.desirable_B]);
  return [objective.name, "loss", "gradient norm"].map(name => rows.find(row => row.name === name)!.value);
}

let logits: tf.Tensor3D;
let reference: tf.Tensor3D;
let rewards: tf.Tensor2D;
let behaviour: tf.Tensor2D;
const ids = Array.from({ length: B }, (_, b) => Array.from({ length: T }, (_, t) => (3 * b + 2 * t) % V));
before(() => {
  [logits, reference, rewards, behaviour] = [cube(), cube(), matrix(), tf.neg(tf.abs(matrix())) as tf.Tensor2D];
});

const partings: Record<Objective["on"], number[][][]> = {
  lists: [
    [
      [0, 1],
      [2, 3],
    ],
  ],
  references: [
    [[0], [1, 2, 3]],
    [[0, 3], [1], [2]],
    [[3], [0, 1, 2]],
  ],
  samples: [
    [[0], [1, 2, 3]],
    [[0, 3], [1], [2]],
    [[3], [0, 1, 2]],
  ],
};

for (const objective of objectives)
  test(`${JSON.stringify(objective)}: micro-batches change neither loss nor gradient`, async () => {
    const whole = await updated(objective, [[0, 1, 2, 3]], 0.7);
    assert.ok(whole.every(Number.isFinite), `${whole}`);
    assert.ok(whole[2] > 1e-4, "there is a gradient");
    for (const parts of partings[objective.on])
      for (const [i, value] of (await updated(objective, parts, 0.7)).entries())
        assert.ok(
          Math.abs(value - whole[i]) <= 1e-5 * Math.max(1, Math.abs(whole[i])),
          `${JSON.stringify(parts)}: ${value}, not ${whole[i]}`,
        );
  });
