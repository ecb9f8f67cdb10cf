// Attention in one kernel forward and one backward, for engines with the library's kernels (`hasKernels`). Scores are
// not stored.

import * as tf from "@tensorflow/tfjs-core";
import { call } from "./call";

/** Heads and mask of attention. */
export interface FusedAttentionShape {
  /** Number of heads H of queries. */
  heads: number;
  /** Number of heads J of keys and values. */
  keyValueHeads: number;
  /** Whether a token attends only to itself and earlier tokens. */
  causal: boolean;
}

/**
 * softmax(q·kᵀ/√C + bias)·v of B sequences: queries [B·T, H·C], keys and values [B·S, J·C]. H/J adjacent heads of
 * queries share one head of keys and values. bias_BS is added to the scores of each column. If causal, query t is at
 * column S − T + t. Returns [B·T, H·C]. Gradients go to queries, keys and values; the attention weights are recomputed
 * for them.
 */
export function fusedAttention(
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  values: tf.Tensor2D,
  bias_BS: tf.Tensor2D,
  { heads, keyValueHeads, causal }: FusedAttentionShape,
): tf.Tensor2D {
  const attributes = { heads: { int: heads }, key_value_heads: { int: keyValueHeads }, causal };
  return tf.customGrad((q, k, v, save) => {
    const inputs = [q, k, v] as tf.Tensor[];
    (save as tf.GradSaveFunc)([...inputs, bias_BS]);
    return {
      value: call("TokenwiseAttention", [...inputs, bias_BS], attributes)[0],
      gradFunc: (dy, [q, k, v, bias]) => call("TokenwiseAttentionGradient", [q, k, v, bias, dy], attributes, 3),
    };
  })(queries, keys, values) as tf.Tensor2D;
}

/** Keys and values of one layer: [X, P, C]. */
interface Cache {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

/**
 * Attention of one new token in each of N = B·G sequences, G of which continue each of B prefixes. The new keys and
 * values are written to column `filled` − 1 of `own` [B·J·G, room, C], then the new token attends to its first `filled`
 * columns and to the first `ends` [B] columns of the prefixes [B·J, P, C], which are read in place. Queries [N, H·C],
 * keys and values [N, J·C]; returns [N, H·C]. No gradients.
 */
export const fusedCachedAttention = (
  queries: tf.Tensor2D,
  keys: tf.Tensor2D,
  values: tf.Tensor2D,
  own: Cache,
  prefix: Cache,
  { ends, filled, keyValueHeads }: { ends: tf.Tensor1D; filled: tf.Scalar; keyValueHeads: number },
): tf.Tensor2D =>
  call(
    "TokenwiseCachedAttention",
    [queries, keys, values, own.keys, own.values, prefix.keys, prefix.values, ends, filled],
    { key_value_heads: { int: keyValueHeads } },
  )[0] as tf.Tensor2D;
