import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/** The sum of the squares of all values of these tensors. No gradient. */
export function sumOfSquares(tensors: readonly tf.Tensor[]): tf.Scalar {
  if (hasKernels() && tensors.length > 0)
    return call("TokenwiseSumOfSquares", tensors, { N: { int: tensors.length } })[0] as tf.Scalar;
  return tf.tidy(() => tf.addN(tensors.map(x => tf.tidy(() => tf.sum(tf.square(x))))) as tf.Scalar);
}
