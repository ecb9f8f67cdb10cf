// Grouped-query attention to a prefix that prompts share. Local axes, besides core/shapes.ts: G prompts on one prefix,
// J key/value heads, R query heads for each of them, C head width, P prefix length, S tokens of a prompt so far.

import * as tf from "@tensorflow/tfjs-core";

/** Keys and values of one layer: [B·J, P, C] of prefixes, [B·J·G, S, C] of prompts. */
export interface LayerCache {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

/** Sizes that all layers of a pass have in common. */
export interface AttentionShape {
  /** B. */
  rows: number;
  /** G. */
  prompts: number;
  /** New tokens of each prompt, T. */
  tokens: number;
  /** J·R. */
  heads: number;
  /** J. */
  keyValueHeads: number;
  /** C. */
  headWidth: number;
}

/** Keys or values of new tokens, [B·G·T, J·C] → [B·J·G, T, C]. */
export function perPrompt(
  x: tf.Tensor,
  { rows: B, prompts: G, tokens: T, keyValueHeads: J, headWidth: C }: AttentionShape,
): tf.Tensor3D {
  return tf.tidy(
    () => tf.reshape(tf.transpose(tf.reshape(x, [B, G, T, J, C]), [0, 3, 1, 2, 4]), [B * J * G, T, C]) as tf.Tensor3D,
  );
}

/**
 * Causal attention of B·G prompts with T new tokens each. A token attends to its row's whole prefix and to its own
 * prompt's keys and values in `own`, as `ownBias` allows. All G prompts use the prefix in place, without a copy. The
 * biases are 0 or a large negative number, and broadcast: ownBias to [B·J·G, R·T, S], the prefix's to [B·J, G·R·T, P].
 * With G = 1 and no prefix this is ordinary causal attention. Queries are [B·G·T, J·R·C].
 *
 * Returns the weighted values, [B·G·T, J·R·C]. Source: Ainslie et al. 2023, arXiv:2305.13245.
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
      const prefixScores = tf.add(tf.matMul(q, prefix.keys, false, true), prefix.bias_X1P);
      const weights = tf.softmax(tf.concat([prefixScores, tf.reshape(ownScores, [B * J, G * R * T, S])], -1));
      const [prefixWeights, ownWeights] = tf.split(weights, [P, S], -1) as tf.Tensor3D[];
      const ownValues = tf.matMul(tf.reshape(ownWeights, [B * J * G, R * T, S]) as tf.Tensor3D, own.values);
      mixed = tf.add(tf.matMul(prefixWeights, prefix.values), tf.reshape(ownValues, [B * J, G * R * T, C]));
    } else {
      mixed = tf.matMul(tf.softmax(ownScores), own.values);
    }
    const mixed_BGTJRC = tf.transpose(tf.reshape(mixed, [B, J, G, R, T, C]), [0, 2, 4, 1, 3, 5]);
    return tf.reshape(mixed_BGTJRC, [B * G * T, H * C]) as tf.Tensor2D;
  });
}

/** In place of −∞: its softmax is 0, and sums of it stay finite. */
export const hidden = -1e9;

/**
 * The causal bias of T new tokens, the last of S columns, for each of R heads: [R·T, S], 0 up to the token itself, a
 * large negative number after it.
 */
export function causalBias(tokens: number, heads: number, columns = tokens): tf.Tensor2D {
  const past = columns - tokens;
  const values = new Float32Array(heads * tokens * columns);
  for (let row = 0; row < heads * tokens; row++)
    values.fill(hidden, row * columns + past + (row % tokens) + 1, (row + 1) * columns);
  return tf.tensor2d(values, [heads * tokens, columns]);
}

/** The padding bias for each of J heads: [B·J, 1, P], 0 on tokens, a large negative number on padding. */
export function paddingBias(mask: readonly (readonly number[])[], heads: number): tf.Tensor3D {
  const rows = mask.flatMap(row => Array<number[]>(heads).fill(row.map(seen => (seen ? 0 : hidden))));
  return tf.tensor3d(rows.flat(), [rows.length, 1, mask[0].length]);
}
