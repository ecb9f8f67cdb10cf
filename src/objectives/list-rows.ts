import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { fail } from "../core/errors";
import { lengths, masked, rowMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import { required, type TokenBatch } from "./objective";

/**
 * One number a token, summed over each response and laid out in the batch's lists, [N,K].
 * Errors: no listSize, one other than `size`, or rows that do not fill the lists.
 */
export function sumInLists(where: string, batch: TokenBatch, x_BT: tf.Tensor2D, size?: number): tf.Tensor2D {
  const K = required(where, batch, "listSize");
  if (size !== undefined && K !== size) fail(where, `the lists have ${K} responses`, `Give lists of ${size}.`);
  const [B] = x_BT.shape;
  if (!(K >= 2 && Number.isInteger(B / K)))
    fail(where, `${B} rows do not fill lists of ${K}`, "Give all responses of every list, one list after the other.");
  return tf.tidy(() => tf.reshape(tf.sum(x_BT, 1), [B / K, K]) as tf.Tensor2D);
}

/** Mean of one number a list over the lists that have a token. */
export function listMean(x_N: tf.Tensor1D, mask_BT: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => rowMean(x_N, tf.reshape(mask_BT, [x_N.shape[0], -1]) as tf.Tensor2D));
}

/** log π(a_t) of each response token, [B,T], 0 at padding. */
export function tokenLogProbability(where: string, { logits_BTV, ids_BT, mask_BT }: TokenBatch): tf.Tensor2D {
  checkAxes(where, { logits_BTV, ids_BT, mask_BT });
  return tf.tidy(() => masked(tf.neg(tokenNll(logits_BTV, ids_BT)), mask_BT));
}

/** x_BT divided by the number of tokens of its response, so that sums over a response become means. */
export function perToken(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.div(x_BT, tf.expandDims(tf.maximum(lengths(mask_BT), 1), 1)) as tf.Tensor2D);
}
