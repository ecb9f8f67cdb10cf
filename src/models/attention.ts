// Grouped-query attention over a prefix that prompts share. Local axes, besides core/shapes.ts:
//   G prompts on one prefix, J key/value heads, R query heads per key/value head, C head width, P prefix length.

import * as tf from "@tensorflow/tfjs-core";

/** Keys and values of one layer for every row's prefix. */
export interface LayerCache {
  keys_BJPC: tf.Tensor4D;
  values_BJPC: tf.Tensor4D;
}

/** What all layers of a pass have in common. */
export interface AttentionShape {
  prompts: number;
  keyValueHeads: number;
  headWidth: number;
  /** `causalBias(T)`. */
  causal_TT: tf.Tensor2D;
}

/**
 * Causal attention of B × G prompts of T tokens. A token sees its row's whole prefix and the tokens of its own prompt up to
 * itself; the prefix's keys and values are read in place for all G prompts, never copied. Queries [B, G·T, J·R, C], keys and
 * values [B, G·T, J, C]; prefixBias is 0, or −∞ on padding. G = 1 without a prefix is ordinary causal attention.
 *
 * Returns the mixed values, one row a token, [B·G·T, J·R·C]. Source: Ainslie et al. 2023, arXiv:2305.13245.
 */
export function sharedPrefixAttention(
  queries: tf.Tensor4D,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  { prompts: G, keyValueHeads: J, headWidth: C, causal_TT }: AttentionShape,
  prefix?: LayerCache & { bias_B11P: tf.Tensor4D },
): tf.Tensor2D {
  const [B, N, H] = queries.shape;
  const [T, R] = [N / G, H / J];
  return tf.tidy(() => {
    const scaled = tf.mul(queries, 1 / Math.sqrt(C));
    const q_BJGRTC = tf.transpose(tf.reshape(scaled, [B, G, T, J, R, C]), [0, 3, 1, 4, 2, 5]);
    const perPrompt = (x: tf.Tensor4D) =>
      tf.reshape(tf.transpose(tf.reshape(x, [B, G, T, J, C]), [0, 3, 1, 2, 4]), [B * J * G, T, C]) as tf.Tensor3D;
    const [k, v] = [perPrompt(keys), perPrompt(values)];

    const own = tf.matMul(tf.reshape(q_BJGRTC, [B * J * G, R * T, C]) as tf.Tensor3D, k, false, true);
    const own_BJXT = tf.reshape(tf.add(tf.reshape(own, [-1, T, T]), causal_TT), [B, J, G * R * T, T]);
    let mixed: tf.Tensor;
    if (prefix) {
      const P = prefix.keys_BJPC.shape[2];
      const flat = (x: tf.Tensor4D) => tf.reshape(x, [B * J, P, C]) as tf.Tensor3D;
      const far = tf.matMul(
        tf.reshape(q_BJGRTC, [B * J, G * R * T, C]) as tf.Tensor3D,
        flat(prefix.keys_BJPC),
        false,
        true,
      );
      const far_BJXP = tf.add(tf.reshape(far, [B, J, G * R * T, P]), prefix.bias_B11P);
      const weights = tf.softmax(tf.concat([far_BJXP, own_BJXT], -1));
      const [farWeights, ownWeights] = tf.split(weights, [P, T], -1);
      mixed = tf.add(
        tf.reshape(
          tf.matMul(tf.reshape(farWeights, [B * J, G * R * T, P]) as tf.Tensor3D, flat(prefix.values_BJPC)),
          [-1],
        ),
        tf.reshape(tf.matMul(tf.reshape(ownWeights, [B * J * G, R * T, T]) as tf.Tensor3D, v), [-1]),
      );
    } else {
      mixed = tf.matMul(tf.reshape(tf.softmax(own_BJXT), [B * J * G, R * T, T]) as tf.Tensor3D, v);
    }
    const mixed_BGTJRC = tf.transpose(tf.reshape(mixed, [B, J, G, R, T, C]), [0, 2, 4, 1, 3, 5]);
    return tf.reshape(mixed_BGTJRC, [B * N, H * C]) as tf.Tensor2D;
  });
}

/** [T, T]: 0 where a token may look, a large negative number ahead of it. */
export function causalBias(tokens: number): tf.Tensor2D {
  const places = Array.from({ length: tokens }, (_, t) => t);
  return tf.tensor2d(
    places.map(t => places.map(s => (s <= t ? 0 : -1e9))),
    [tokens, tokens],
  );
}
