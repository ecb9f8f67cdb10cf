// mask_BT is 1 at real tokens and 0 at padding. Values in the padding, even NaN, are ignored. Masks are read from the
// engine here: this costs less than two ops, and shows whether there is any padding.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "./errors";

/** x_BT with `padding` in the padding, which gets no gradient. */
export function masked(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, padding = 0): tf.Tensor2D {
  if (realTokens(mask_BT) === mask_BT.size) return tf.clone(x_BT);
  return tf.tidy(() => tf.where(tf.greater(mask_BT, 0), x_BT, tf.fill(x_BT.shape, padding)));
}

/** Number of real tokens. */
export function realTokens(mask_BT: tf.Tensor2D): number {
  let count = 0;
  for (const m of mask_BT.dataSync()) if (m > 0) count++;
  return count;
}

/** Number of real tokens in each row, [B]. */
export function lengths(mask_BT: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => tf.sum(tf.cast(tf.greater(mask_BT, 0), "float32"), 1));
}

/** Mean over all real tokens of the batch: Σ mask·x / Σ mask. */
export function maskedMean(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => tf.div(tf.sum(masked(x_BT, mask_BT)), realTokens(mask_BT)));
}

/**
 * x_BT minus its mean over all real tokens, or over those at each position; 0 in the padding. If they are all equal,
 * the result is exactly 0, so that nothing is ever divided by a standard deviation of rounding errors.
 */
export function centred(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, over: "batch" | "position" = "batch"): tf.Tensor2D {
  return tf.tidy(() => {
    const axis = over === "position" ? 0 : undefined;
    const most = tf.maximum(tf.max(masked(x_BT, mask_BT, Number.NEGATIVE_INFINITY), axis), -1e30);
    const shifted_BT = masked(tf.sub(x_BT, most) as tf.Tensor2D, mask_BT);
    const tokens = axis === 0 ? tf.maximum(lengths(tf.transpose(mask_BT)), 1) : realTokens(mask_BT);
    return masked(tf.sub(shifted_BT, tf.div(tf.sum(shifted_BT, axis), tokens)) as tf.Tensor2D, mask_BT);
  });
}

/** Mean of x_B over the rows that have a token. */
export function rowMean(x_B: tf.Tensor1D, mask_BT: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const real_B = tf.greater(lengths(mask_BT), 0);
    return tf.div(tf.sum(tf.where(real_B, x_B, tf.zerosLike(x_B))), tf.sum(tf.cast(real_B, "float32")));
  });
}

/** Mean over the rows that have a token of each row's mean: sequences count alike, however long they are. */
export function sequenceMean(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const sum_B = tf.sum(masked(x_BT, mask_BT), 1);
    return rowMean(tf.div(sum_B, tf.maximum(lengths(mask_BT), 1)), mask_BT);
  });
}

/** Standard deviation over all real tokens of the batch, √(mean (x − mean)²). */
export function maskedDeviation(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => tf.sqrt(maskedMean(tf.square(centred(x_BT, mask_BT)), mask_BT)));
}

/** True at the last real token of each row. */
export function isLast(mask_BT: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const real_BT = tf.cast(tf.greater(mask_BT, 0), "float32");
    const rest_BT = tf.cumsum(real_BT, 1, false, true);
    return tf.logicalAnd(tf.equal(rest_BT, 1), tf.greater(mask_BT, 0)) as tf.Tensor2D;
  });
}

/** Number of real tokens in each row. Errors: a row without tokens, with its index. */
export function rowLengths(where: string, mask_BT: tf.Tensor2D): number[] {
  const [B, T] = mask_BT.shape;
  const mask = mask_BT.dataSync();
  const length_B = Array<number>(B).fill(0);
  for (let i = 0; i < mask.length; i++) if (mask[i] > 0) length_B[Math.floor(i / T)]++;
  const empty = length_B.indexOf(0);
  if (empty >= 0) fail(where, `row ${empty} of mask_BT has no token`, "Drop empty responses first.");
  return length_B;
}
