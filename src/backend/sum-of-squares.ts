import * as tf from "@tensorflow/tfjs-core";

/** The sum of the squares of all numbers in these tensors. No gradient is needed of it. */
export const sumOfSquares = (tensors: readonly tf.Tensor[]): tf.Scalar =>
  tf.tidy(() => tf.addN(tensors.map(x => tf.tidy(() => tf.sum(tf.square(x))))) as tf.Scalar);
