import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import type { CreditBatch } from "../../src/credit";

/** Two prompts with two samples each, of 2, 1; 2, 1 tokens. The first and the fourth ended by themselves. */
export const batch = {
  mask_BT: tf.tensor2d([1, 1, 1, 0, 1, 1, 1, 0], [4, 2]),
  listSize: 2,
  score_B: tf.tensor1d([3, 1, -1, 1]),
  reward_BT: tf.tensor2d([1, 2, 3, Number.NaN, 5, 1, 0, Number.NaN], [4, 2]),
  behaviorLogProbability_BT: tf.tensor2d([-1, -2, -1, Number.NaN, -1, -1, -3, 0], [4, 2]),
  referenceLogProbability_BT: tf.tensor2d([-2, -2, -3, 0, -1, -2, -1, Number.NaN], [4, 2]),
  value_BT: tf.tensor2d([0.5, 1, 0.5, Number.NaN, 1, -1, 0, Number.NaN], [4, 2]),
  ids_BT: tf.tensor2d([5, 7, 5, 0, 7, 7, 5, 0], [4, 2], "int32"),
  attention_BT: tf.tensor2d([0.75, 0.25, 1, Number.NaN, 0.1, 0.3, 0.5, 0], [4, 2]),
  finished_B: tf.tensor1d([1, 0, 0, 1]),
} satisfies CreditBatch;
