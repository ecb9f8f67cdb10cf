// Grouped-query attention over a prefix that prompts share. Local axes, besides core/shapes.ts:
//   G prompts on one prefix, J key/value heads, R query heads per key/value head, C head width, P prefix length.

import * as tf from "@tensorflow/tfjs-core";

/** Keys and values of one layer for every row's prefix, [B·J, P, C] each: the form that the products read. */
export interface LayerCache {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

/** What all layers of a pass have in common. */
export interface AttentionShape {
  rows: number;
  prompts: number;
  tokens: number;
  heads: number;
  keyValueHeads: number;
  headWidth: number;
  /** `causalBias(T, R)`. */
  causal: tf.Tensor2D;
}

/**
 * Causal attention of B × G prompts of T tokens. A token sees its row's whole prefix and the tokens of its own prompt up to
 * itself; the prefix's keys and values are read in place for all G prompts, never copied. Queries come as [B, G·T, J·R, C],
 * keys and values as B·G·T rows of J·C; bias_X1P is 0, or −1e9 on padding. G = 1 without a prefix is ordinary causal attention.
 *
 * Returns the mixed values, one row a token, [B·G·T, J·R·C]. Source: Ainslie et al. 2023, arXiv:2305.13245.
 */
export function sharedPrefixAttention(
  queries: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  { rows: B, prompts: G, tokens: T, heads: H, keyValueHeads: J, headWidth: C, causal }: AttentionShape,
  prefix?: LayerCache & { bias_X1P: tf.Tensor3D },
): tf.Tensor2D {
  const R = H / J;
  return tf.tidy(() => {
    const scaled = tf.mul(queries, 1 / Math.sqrt(C));
    const q_BJGRTC = tf.transpose(tf.reshape(scaled, [B, G, T, J, R, C]), [0, 3, 1, 4, 2, 5]);
    const perPrompt = (x: tf.Tensor) =>
      tf.reshape(tf.transpose(tf.reshape(x, [B, G, T, J, C]), [0, 3, 1, 2, 4]), [B * J * G, T, C]) as tf.Tensor3D;
    const own = tf.matMul(tf.reshape(q_BJGRTC, [B * J * G, R * T, C]) as tf.Tensor3D, perPrompt(keys), false, true);
    const ownScores = tf.add(own, causal) as tf.Tensor3D;
    let mixed: tf.Tensor;
    if (prefix) {
      const P = prefix.keys.shape[1];
      const q = tf.reshape(q_BJGRTC, [B * J, G * R * T, C]) as tf.Tensor3D;
      const farScores = tf.add(tf.matMul(q, prefix.keys, false, true), prefix.bias_X1P);
      const weights = tf.softmax(tf.concat([farScores, tf.reshape(ownScores, [B * J, G * R * T, T])], -1));
      const [farWeights, ownWeights] = tf.split(weights, [P, T], -1) as tf.Tensor3D[];
      const near = tf.matMul(tf.reshape(ownWeights, [B * J * G, R * T, T]) as tf.Tensor3D, perPrompt(values));
      mixed = tf.add(tf.matMul(farWeights, prefix.values), tf.reshape(near, [B * J, G * R * T, C]));
    } else {
      mixed = tf.matMul(tf.softmax(ownScores), perPrompt(values));
    }
    const mixed_BGTJRC = tf.transpose(tf.reshape(mixed, [B, J, G, R, T, C]), [0, 2, 4, 1, 3, 5]);
    return tf.reshape(mixed_BGTJRC, [B * G * T, H * C]) as tf.Tensor2D;
  });
}

/** [R·T, T], the same for each of R heads: 0 where a token may look, a large negative number ahead of it. */
export function causalBias(tokens: number, heads: number): tf.Tensor2D {
  const places = Array.from({ length: tokens }, (_, t) => t);
  const rows = Array.from({ length: heads }, () => places.map(t => places.map(s => (s <= t ? 0 : -1e9)))).flat();
  return tf.tensor2d(rows, [heads * tokens, tokens]);
}
