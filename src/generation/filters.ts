// Filters of a next-token distribution, in this order, which is that of Transformers: repetition penalty, suppressed
// tokens, temperature, top-k, top-p. All but the last work on logits [B, V] where the engine computes; top-p needs an
// order and works on probabilities that have been read back, because sorting whole vocabularies costs more than
// everything else.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";

/**
 * Makes tokens that a row already has less likely: their positive logits are divided by the penalty, negative ones
 * multiplied. A penalty above 1 discourages, one below 1 encourages. Source: Keskar et al. 2019, arXiv:1909.05858,
 * Section 4.1.
 *
 * @param seen each row's tokens so far, none twice
 */
export function penalizeRepetition(
  logits_BV: tf.Tensor2D,
  seen: readonly Iterable<number>[],
  penalty: number,
): tf.Tensor2D {
  const indices = seen.flatMap((ids, row) => Array.from(ids, id => [row, id]));
  if (indices.length === 0) return tf.clone(logits_BV);
  return tf.tidy(() => {
    const indices_N2 = tf.tensor2d(indices, [indices.length, 2], "int32");
    const found_N = tf.gatherND(logits_BV, indices_N2);
    const penalized_N = tf.where(tf.greater(found_N, 0), tf.div(found_N, penalty), tf.mul(found_N, penalty));
    // The JavaScript engine writes into what it is given: a copy.
    return tf.tensorScatterUpdate(tf.add(logits_BV, 0), indices_N2, penalized_N) as tf.Tensor2D;
  });
}

/** Removes these tokens from every row: their logits become −∞. Errors: an id that does not exist. */
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
 * Leaves the nucleus of one distribution, in place: the fewest likeliest tokens whose mass reaches p, at least one; the
 * others become 0, and what stays is not scaled up. Among equals the lower id comes first. Source: Holtzman et al.
 * 2020, arXiv:1904.09751, Eq. 2–3.
 *
 * @param probabilities_V sums to 1
 */
export function keepNucleus(probabilities_V: Float32Array, p: number): void {
  // Only the likeliest tokens are sorted: the floor is lowered until the tokens above it have enough mass.
  let floor = 1 / 64;
  let above = massAbove(probabilities_V, floor);
  for (; floor > 0 && above.mass < p; above = massAbove(probabilities_V, floor)) floor = floor > 1e-30 ? floor / 16 : 0;
  const likely = new Float32Array(above.count);
  let n = 0;
  for (let id = 0; n < likely.length; id++) if (probabilities_V[id] >= floor) likely[n++] = probabilities_V[id];
  likely.sort();
  let first = likely.length - 1;
  for (let mass = likely[first]; first > 0 && mass < p; ) mass += likely[--first];
  const least = likely[first];
  let equals = likely.lastIndexOf(least) - first + 1;
  for (let id = 0; id < probabilities_V.length; id++)
    if (probabilities_V[id] < least || (probabilities_V[id] === least && equals-- <= 0)) probabilities_V[id] = 0;
}

function massAbove(probabilities_V: Float32Array, floor: number): { mass: number; count: number } {
  let [mass, count] = [0, 0];
  for (let id = 0; id < probabilities_V.length; id++)
    if (probabilities_V[id] >= floor) {
      mass += probabilities_V[id];
      count++;
    }
  return { mass, count };
}
