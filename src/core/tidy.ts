// tf.tidy for results of any type.

import * as tf from "@tensorflow/tfjs-core";

/** Runs `compute` and frees every tensor it made but those in its result (a tensor, or records and arrays of tensors). */
export const tidy = <T>(compute: () => T): T => tf.tidy(compute as () => tf.TensorContainer) as T;
