// Attention in one kernel each way, where the library's kernels are (`hasKernels`). The scores are never written to memory.

import * as tf from "@tensorflow/tfjs-core";
import { call } from "./call";

export interface FusedAttentionShape {
  heads: number;
  keyValueHeads: number;
  /** Whether a token sees only itself and what stands before it. */
  causal: boolean;
}

/**
 * softmax(q·kᵀ/√C + bias)·v of B sequences: queries B·T rows of H·C, keys and values B·S rows of J·C, of which H/J neighbouring heads
 * share one; bias_BS is added to the scores of a column. Causal: query t stands at column S − T + t. Returns B·T rows of H·C. Gradients go
 * to queries, keys and values; the weights are computed again for them.
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
 * Attention of one new token for each of N = B·G sequences, G of which continue each of B prefixes. `own` is [B·J·G, room, C] and is
 * written to: the new keys and values go to its column `filled` − 1, before the new token attends to the first `filled` columns. The prefixes
 * [B·J, P, C] are read in place, `ends` [B] columns of each. Queries [N, H·C], keys and values [N, J·C]; returns [N, H·C]. No gradients.
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
