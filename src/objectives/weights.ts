import type * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";

interface WeightOptions {
  /** Above 0 where a weight counts. Default: all count. */
  mask?: tf.Tensor;
  remedy?: string;
}

/**
 * Checks weights that are divided by their sum: a sum near 0 would turn them into any numbers.
 *
 * Errors: a weight that is negative or not a number, by its row and column.
 */
export function checkWeights(where: string, name: string, weights: tf.Tensor, options: WeightOptions = {}): void {
  const { mask, remedy = "Weights are 0 or more." } = options;
  const [numbers, counts] = [weights.dataSync(), mask?.dataSync()];
  const wrong = numbers.findIndex((weight, i) => !(counts && counts[i] <= 0) && !(weight >= 0));
  if (wrong < 0) return;
  const columns = weights.shape[1] ?? 1;
  const [row, column] = [Math.floor(wrong / columns), wrong % columns];
  const position = weights.rank > 1 ? `[${row}, ${column}]` : `[${row}]`;
  fail(where, `${name}${position} is ${numbers[wrong]}, but what is divided by its sum is 0 or more`, remedy);
}
