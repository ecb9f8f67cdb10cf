// tf.tidy for results of any type, and for numbers.

import * as tf from "@tensorflow/tfjs-core";

/** Runs `compute` and frees every tensor it made but those in its result (a tensor, or records and arrays of tensors). */
export const tidy = <T>(compute: () => T): T => tf.tidy(compute as () => tf.TensorContainer) as T;

/** The numbers of the tensor that `compute` makes; nothing stays allocated. (tf.tidy itself would walk a long array.) */
export function read(compute: () => tf.Tensor): Float32Array {
  const tensor = tf.tidy(compute);
  const numbers = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return numbers;
}
