// The small parts that decoder layers are made of. All differentiable in float32.

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

/** Cosines and sines of rotary position embeddings, shaped to multiply [B, N, heads, C]. */
export interface Rotation {
  cos_BN1C: tf.Tensor4D;
  sin_BN1C: tf.Tensor4D;
}

/**
 * Rotary angles position · base^(−2i/C) for i < C/2, repeated for both halves.
 * Source: Su et al. 2021, arXiv:2104.09864, Eq. 15, in the rotate-half layout.
 */
export function rotation(positions_BN: tf.Tensor2D, headWidth: number, base: number): Rotation {
  const [rows, tokens] = positions_BN.shape;
  const half = headWidth / 2;
  return tf.tidy(() => {
    const frequencies = tf.tensor1d(Array.from({ length: half }, (_, i) => base ** (-i / half)));
    const angles = tf.mul(tf.reshape(tf.cast(positions_BN, "float32"), [rows, tokens, 1, 1]), frequencies);
    const both = tf.concat([angles, angles], -1) as tf.Tensor4D;
    return { cos_BN1C: tf.cos(both), sin_BN1C: tf.sin(both) };
  });
}

/** Rotates query or key heads by their positions. */
export function rotate(x_BNHC: tf.Tensor4D, { cos_BN1C, sin_BN1C }: Rotation): tf.Tensor4D {
  return tf.tidy(() => {
    const [first, second] = tf.split(x_BNHC, 2, -1);
    const turned = tf.concat([tf.neg(second), first], -1);
    return tf.add(tf.mul(x_BNHC, cos_BN1C), tf.mul(turned, sin_BN1C)) as tf.Tensor4D;
  });
}
