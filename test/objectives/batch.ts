import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { Objective, TokenBatch } from "../../src/objectives/objective";

const log = Math.log;

/**
 * Two rows, two positions; the second row ends after one token. The tokens' probabilities are 3/4, 1/2; 1/4, under the
 * reference 1/2, 1/2; 3/4, and when they were sampled 1/2 each. As a list the first row is the better.
 */
export const batch = {
  logits_BTV: tf.tensor3d([0, log(3), 0, 0, log(3), 0, 5, 7], [2, 2, 2]),
  ids_BT: tf.tensor2d([1, 0, 1, 0], [2, 2], "int32"),
  mask_BT: tf.tensor2d([1, 1, 1, 0], [2, 2]),
  reward_BT: tf.tensor2d([0.5, 1, 2, Number.NaN], [2, 2]),
} satisfies TokenBatch;

export const full = {
  ...batch,
  referenceLogits_BTV: tf.tensor3d([0, 0, 1, 1, 0, log(3), 2, -2], [2, 2, 2]),
  behaviorLogProbability_BT: tf.fill([2, 2], log(0.5)) as tf.Tensor2D,
  advantage_BT: tf.tensor2d([1, -1, 2, Number.NaN], [2, 2]),
  margin_B: tf.tensor1d([0.4, Number.NaN]),
  desirable_B: tf.tensor1d([1, 0]),
  referencePoint: 0.1,
  listSize: 2,
} satisfies TokenBatch;

/** The gradient of an objective's loss to the logits. */
export const gradient = (objective: Objective, of: TokenBatch = batch): tf.Tensor =>
  tf.grad(x => objective.loss({ ...of, logits_BTV: x as tf.Tensor3D }))(of.logits_BTV);
