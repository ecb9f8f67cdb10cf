// The small parts that layers are made of. All differentiable in float32.

import * as tf from "@tensorflow/tfjs-core";

/** x / sqrt(mean(x²) + ε) · g over the last axis. Source: Zhang & Sennrich 2019, arXiv:1910.07467, Eq. 4. */
export function rmsNorm<T extends tf.Tensor>(x: T, gain_D: tf.Tensor1D, epsilon: number): T {
  return tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
    return tf.mul(tf.mul(x, inverse), gain_D) as T;
  });
}

/**
 * (x − mean) / sqrt(variance + ε) · g + b over the last axis. Source: Ba et al. 2016, arXiv:1607.06450, Eq. 4.
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain_D: tf.Tensor1D, bias_D: tf.Tensor1D, epsilon: number): T {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    return tf.add(tf.mul(tf.mul(centred, inverse), gain_D), bias_D) as T;
  });
}

/** x · sigmoid(x). */
export const silu = <T extends tf.Tensor>(x: T): T => tf.tidy(() => tf.mul(x, tf.sigmoid(x)) as T);
