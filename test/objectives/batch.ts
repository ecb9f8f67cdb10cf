import * as tf from "@tensorflow/tfjs-core";
import type { Objective, TokenBatch } from "../../src/objectives/objective";

const log = Math.log;

/** Two rows, two positions; the second row ends after one token. */
export const batch: TokenBatch = {
  logits_BTV: tf.tensor3d([
    [
      [0, log(3)],
      [0, 0],
    ],
    [
      [log(3), 0],
      [5, 7],
    ],
  ]),
  ids_BT: tf.tensor2d([1, 0, 1, 0], [2, 2], "int32"),
  mask_BT: tf.tensor2d([1, 1, 1, 0], [2, 2]),
  reward_BT: tf.tensor2d([0.5, 1, 2, NaN], [2, 2]),
};

/** The gradient of an objective's loss to the logits. */
export const gradient = (objective: Objective, of: TokenBatch = batch): tf.Tensor =>
  tf.grad(x => objective.loss({ ...of, logits_BTV: x as tf.Tensor3D }))(of.logits_BTV);
