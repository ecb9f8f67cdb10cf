// What narrows a next-token distribution. In this order, which is that of Transformers: repetition penalty, suppressed tokens,
// temperature, top-k, top-p. All but the last work on logits [B, V] where the engine computes; top-p needs an order and works on
// probabilities that have been read back, since sorting whole vocabularies costs more than all the rest.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";

/**
 * Makes tokens that a row has already less likely: their positive logits are divided by the penalty, negative ones multiplied.
 * A penalty above 1 discourages, one below 1 encourages. Source: Keskar et al. 2019, arXiv:1909.05858, Section 4.1.
 *
 * @param seen each row's tokens so far, none twice
 */
export function penalizeRepetition(
  logits_BV: tf.Tensor2D,
  seen: readonly Iterable<number>[],
  penalty: number,
): tf.Tensor2D {
  const places = seen.flatMap((ids, row) => Array.from(ids, id => [row, id]));
  if (places.length === 0) return tf.clone(logits_BV);
  return tf.tidy(() => {
    const places_N2 = tf.tensor2d(places, [places.length, 2], "int32");
    const found_N = tf.gatherND(logits_BV, places_N2);
    const penalized_N = tf.where(tf.greater(found_N, 0), tf.div(found_N, penalty), tf.mul(found_N, penalty));
    // The JavaScript engine writes into what it is given: a copy.
    return tf.tensorScatterUpdate(tf.add(logits_BV, 0), places_N2, penalized_N) as tf.Tensor2D;
  });
}

/** Takes these tokens away from every row: their logits become −∞. Errors: an id that does not exist. */
export function suppressTokens(logits_BV: tf.Tensor2D, ids: Iterable<number>): tf.Tensor2D {
  const bias_V = new Float32Array(logits_BV.shape[1]);
  for (const id of ids) {
    if (id >= bias_V.length) fail("suppressTokens", `token ${id} does not exist`, `Give ids below ${bias_V.length}.`);
    bias_V[id] = -Infinity;
  }
  return tf.tidy(() => tf.add(logits_BV, tf.tensor1d(bias_V)));
}

/** Leaves each row its k largest logits, and whatever equals the k-th; the others become −∞. */
export function keepTopK(logits_BV: tf.Tensor2D, k: number): tf.Tensor2D {
  const [B, V] = logits_BV.shape;
  if (k >= V) return tf.clone(logits_BV);
  return tf.tidy(() => {
    const kth_B1 = tf.slice(tf.topk(logits_BV, k).values, [0, k - 1], [B, 1]);
    return tf.where(tf.less(logits_BV, kth_B1), tf.fill([1, 1], -Infinity), logits_BV) as tf.Tensor2D;
  });
}

/**
 * Leaves the nucleus of one distribution, in place: the fewest likeliest tokens whose mass reaches p, at least one; the others become 0,
 * and what stays is not scaled up. Among equals the lower id comes first. Source: Holtzman et al. 2020, arXiv:1904.09751, Eq. 2–3.
 *
 * @param probabilities_V sums to 1
 */
export function keepNucleus(probabilities_V: Float32Array, p: number): void {
  const V = probabilities_V.length;
  // Only the likeliest tokens are sorted: the floor sinks until those above it hold enough mass.
  for (let floor = 1 / 64; ; floor = floor < 1e-30 ? 0 : floor / 16) {
    const likely: number[] = [];
    let mass = 0;
    for (let id = 0; id < V; id++) {
      if (probabilities_V[id] < floor) continue;
      likely.push(id);
      mass += probabilities_V[id];
    }
    if (mass < p && floor > 0) continue;
    likely.sort((a, b) => probabilities_V[b] - probabilities_V[a] || a - b);
    let kept = 0;
    for (let reached = 0; kept < likely.length && (kept === 0 || reached < p); kept++)
      reached += probabilities_V[likely[kept]];
    const weights = likely.slice(0, kept).map(id => probabilities_V[id]);
    probabilities_V.fill(0);
    for (let i = 0; i < kept; i++) probabilities_V[likely[i]] = weights[i];
    return;
  }
}
