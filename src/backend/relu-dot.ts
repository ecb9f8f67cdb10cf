import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/**
 * max(z + bias, 0) · w + shift, [N, 1], in one pass over memory: everything after the first product of a network with
 * one output. Gradients go to all of them.
 */
export function reluDot(z_ND: tf.Tensor2D, bias_D: tf.Tensor1D, w_D1: tf.Tensor2D, shift_1: tf.Tensor1D): tf.Tensor2D {
  if (!hasKernels()) return tf.tidy(() => tf.add(tf.matMul(tf.relu(tf.add(z_ND, bias_D)), w_D1), shift_1));
  return tf.customGrad((z, bias, w, shift, save) => {
    const inputs = [z, bias, w] as tf.Tensor[];
    (save as tf.GradSaveFunc)(inputs);
    return {
      value: call("TokenwiseReluDot", [...inputs, shift as tf.Tensor])[0],
      gradFunc: (dy_N1, saved) => call("TokenwiseReluDotGradient", [...saved, dy_N1], {}, 4),
    };
  })(z_ND, bias_D, w_D1, shift_1) as tf.Tensor2D;
}
