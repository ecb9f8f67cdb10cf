// tf.tidy for results of any type, and for numbers.

import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs `compute` and frees all tensors that it creates, except those in its result (a tensor, or records and arrays of
 * tensors).
 */
export const tidy = <T>(compute: () => T): T => tf.tidy(compute as () => tf.TensorContainer) as T;

/**
 * The values of the tensor that `compute` returns, which is freed. (If they were returned from tf.tidy, it would
 * iterate over them.)
 */
export function read(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const numbers = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return numbers;
}
