// Normalization of rows in one pass over memory.

import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

/**
 * RMSNorm over the last axis, x / sqrt(mean(x²) + ε) · gain; with a bias, layer norm, (x − mean) / sqrt(variance + ε) ·
 * gain + bias. Gradients go to all of them.
 */
export function normalized<T extends tf.Tensor>(
  x: T,
  gain_D: tf.Tensor1D,
  bias_D: tf.Tensor1D | undefined,
  epsilon: number,
): T {
  if (hasKernels()) return fused(x, gain_D, bias_D, epsilon) as T;
  return tf.tidy(() => {
    const centred = bias_D ? tf.sub(x, tf.mean(x, -1, true)) : x;
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const scaled = tf.mul(tf.mul(centred, inverse), gain_D);
    return (bias_D ? tf.add(scaled, bias_D) : scaled) as T;
  });
}

function fused(x: tf.Tensor, gain_D: tf.Tensor1D, bias_D: tf.Tensor1D | undefined, epsilon: number): tf.Tensor {
  const attributes = { centred: bias_D !== undefined, epsilon: { float: epsilon } };
  return tf.customGrad((x, gain, bias, save) => {
    // Without a bias there are two inputs, and `save` comes third.
    const keep = (save ?? bias) as tf.GradSaveFunc;
    keep([x as tf.Tensor, gain as tf.Tensor]);
    return {
      value: call("TokenwiseNorm", [x as tf.Tensor, gain as tf.Tensor, bias_D ?? gain_D], attributes)[0],
      gradFunc: (dy, [x, gain]) => {
        const gradients = call("TokenwiseNormGradient", [x, gain, dy], attributes, 3);
        return bias_D ? gradients : gradients.slice(0, 2);
      },
    };
  })(...[x, gain_D, ...(bias_D ? [bias_D] : [])]);
}
