// Attention with heads as rows. Axes: X = B·H heads of all rows, C head width, T queries, S keys.

import * as tf from "@tensorflow/tfjs-core";

/** [B·T, H·C] → [B·H, T, C]. */
export function splitHeads(x_ND: tf.Tensor2D, rows: number, heads: number): tf.Tensor3D {
  const [N, D] = x_ND.shape;
  const [T, C] = [N / rows, D / heads];
  return tf.tidy(
    () =>
      tf.reshape(tf.transpose(tf.reshape(x_ND, [rows, T, heads, C]), [0, 2, 1, 3]), [
        rows * heads,
        T,
        C,
      ]) as tf.Tensor3D,
  );
}

/** [B·H, T, C] → [B·T, H·C], the inverse of `splitHeads`. */
export function joinHeads(x_XTC: tf.Tensor3D, rows: number): tf.Tensor2D {
  const [X, T, C] = x_XTC.shape;
  const H = X / rows;
  return tf.tidy(
    () => tf.reshape(tf.transpose(tf.reshape(x_XTC, [rows, H, T, C]), [0, 2, 1, 3]), [rows * T, H * C]) as tf.Tensor2D,
  );
}

/**
 * softmax(q·kᵀ + bias)·v, [X, T, C]. The bias broadcasts to [X, T, S]. Scores are not scaled by 1/√C here.
 * Source: Vaswani et al. 2017, arXiv:1706.03762, Eq. 1.
 */
export function attend(
  queries_XTC: tf.Tensor3D,
  keys_XSC: tf.Tensor3D,
  values_XSC: tf.Tensor3D,
  bias: tf.Tensor,
): tf.Tensor3D {
  return tf.tidy(() => {
    const scores = tf.add(tf.matMul(queries_XTC, keys_XSC, false, true), bias);
    return tf.matMul(tf.softmax(scores) as tf.Tensor3D, values_XSC);
  });
}
