// Grouped-query attention over a prefix that prompts share. Local axes, besides core/shapes.ts:
//   G prompts on one prefix, J key/value heads, R query heads per key/value head, C head width, P prefix length, S a prompt's tokens so far.

import * as tf from "@tensorflow/tfjs-core";

/** Keys and values of one layer, [B·J, P, C] of prefixes or [B·J·G, S, C] of prompts: the form that the products read. */
export interface LayerCache {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

/** What all layers of a pass have in common. */
export interface AttentionShape {
  rows: number;
  prompts: number;
  /** New tokens of each prompt. */
  tokens: number;
  heads: number;
  keyValueHeads: number;
  headWidth: number;
}

/** Keys or values of new tokens, B·G·T rows of J·C, as [B·J·G, T, C]. */
export function perPrompt(
  x: tf.Tensor,
  { rows: B, prompts: G, tokens: T, keyValueHeads: J, headWidth: C }: AttentionShape,
): tf.Tensor3D {
  return tf.tidy(
    () => tf.reshape(tf.transpose(tf.reshape(x, [B, G, T, J, C]), [0, 3, 1, 2, 4]), [B * J * G, T, C]) as tf.Tensor3D,
  );
}

/**
 * Causal attention of B × G prompts with T new tokens each. A token sees its row's whole prefix and what `own` holds of its own prompt, as
 * far as `ownBias` lets it; the prefix's keys and values are read in place for all G prompts, never copied. Queries come as B·G·T rows of
 * J·R·C. The biases, 0 or a large negative number, broadcast: ownBias to [B·J·G, R·T, S], the prefix's to [B·J, G·R·T, P]. G = 1 without a
 * prefix is ordinary causal attention.
 *
 * Returns the mixed values, one row a token, [B·G·T, J·R·C]. Source: Ainslie et al. 2023, arXiv:2305.13245.
 */
export function sharedPrefixAttention(
  queries: tf.Tensor,
  own: LayerCache,
  ownBias: tf.Tensor,
  { rows: B, prompts: G, tokens: T, heads: H, keyValueHeads: J, headWidth: C }: AttentionShape,
  prefix?: LayerCache & { bias_X1P: tf.Tensor3D },
): tf.Tensor2D {
  const R = H / J;
  return tf.tidy(() => {
    const scaled = tf.mul(queries, 1 / Math.sqrt(C));
    const q_BJGRTC = tf.transpose(tf.reshape(scaled, [B, G, T, J, R, C]), [0, 3, 1, 4, 2, 5]);
    const q = tf.reshape(q_BJGRTC, [B * J * G, R * T, C]) as tf.Tensor3D;
    const ownScores = tf.add(tf.matMul(q, own.keys, false, true), ownBias) as tf.Tensor3D;
    let mixed: tf.Tensor;
    if (prefix) {
      const [P, S] = [prefix.keys.shape[1], own.keys.shape[1]];
      const q = tf.reshape(q_BJGRTC, [B * J, G * R * T, C]) as tf.Tensor3D;
      const farScores = tf.add(tf.matMul(q, prefix.keys, false, true), prefix.bias_X1P);
      const weights = tf.softmax(tf.concat([farScores, tf.reshape(ownScores, [B * J, G * R * T, S])], -1));
      const [farWeights, ownWeights] = tf.split(weights, [P, S], -1) as tf.Tensor3D[];
      const near = tf.matMul(tf.reshape(ownWeights, [B * J * G, R * T, S]) as tf.Tensor3D, own.values);
      mixed = tf.add(tf.matMul(farWeights, prefix.values), tf.reshape(near, [B * J, G * R * T, C]));
    } else {
      mixed = tf.matMul(tf.softmax(ownScores), own.values);
    }
    const mixed_BGTJRC = tf.transpose(tf.reshape(mixed, [B, J, G, R, T, C]), [0, 2, 4, 1, 3, 5]);
    return tf.reshape(mixed_BGTJRC, [B * G * T, H * C]) as tf.Tensor2D;
  });
}

/** What stands for −∞: the softmax of it is 0, and sums of it stay finite. */
export const hidden = -1e9;

/** [R·T, S], the same for each of R heads: 0 where a new token may look, a large negative number ahead of it; the S − T first columns are past. */
export function causalBias(tokens: number, heads: number, columns = tokens): tf.Tensor2D {
  const past = columns - tokens;
  const values = new Float32Array(heads * tokens * columns);
  for (let row = 0; row < heads * tokens; row++)
    values.fill(hidden, row * columns + past + (row % tokens) + 1, (row + 1) * columns);
  return tf.tensor2d(values, [heads * tokens, columns]);
}

/** 0 on tokens and a large negative number on padding, once for each of J key/value heads: [B·J, 1, P]. */
export function paddingBias(mask: readonly (readonly number[])[], heads: number): tf.Tensor3D {
  const rows = mask.flatMap(row => Array<number[]>(heads).fill(row.map(seen => (seen ? 0 : hidden))));
  return tf.tensor3d(rows.flat(), [rows.length, 1, mask[0].length]);
}
