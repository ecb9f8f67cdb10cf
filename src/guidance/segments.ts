// Rewards for segments: runs of tokens that the LM goes on with as a matter of course. (Yin et al. 2025, arXiv:2501.02790)

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { masked } from "../core/masks";
import { checkAxes } from "../core/shapes";

/**
 * 1 at the last token of each segment, [B,T]. A segment begins at the first token, and wherever the LM was in doubt: where the entropy
 * (nats) of the distribution that the token was drawn from is above the threshold: `tf.neg(negativeEntropies(logits_BTV))`.
 *
 * As the mask of an aggregate, or of the candidates that guidance learns from, the ends make one reward for each segment, which
 * stands at its last token, where the reward model has seen all of it.
 *
 * Errors: a threshold that is not a number.
 */
export function segmentEnds(entropy_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, threshold: number): tf.Tensor2D {
  const { B, T } = checkAxes("segmentEnds", { entropy_BT, mask_BT });
  if (Number.isNaN(threshold)) fail("segmentEnds", "the threshold is not a number", "Give one in nats, such as 2.");
  const [entropy, mask] = [entropy_BT.dataSync(), mask_BT.dataSync()];
  const ends = new Float32Array(B * T);
  for (let row = 0; row < B; row++) {
    let last = -1;
    for (let t = 0; t < T; t++) {
      const place = row * T + t;
      if (!(mask[place] > 0)) continue;
      if (last >= 0 && entropy[place] > threshold) ends[last] = 1;
      last = place;
    }
    if (last >= 0) ends[last] = 1;
  }
  return tf.tensor2d(ends, [B, T]);
}

/**
 * What each token is paid of its segment's reward, [B,T], 0 at padding: all of it ("each"), an equal share ("share"), so that the sum
 * over tokens is that over segments, or all of it at the last token and nothing before ("last").
 *
 * Gradients go to reward_BT at the ends.
 */
export function overSegments(
  reward_BT: tf.Tensor2D,
  ends_BT: tf.Tensor2D,
  mask_BT: tf.Tensor2D,
  pay: "each" | "share" | "last" = "each",
): tf.Tensor2D {
  checkAxes("overSegments", { reward_BT, ends_BT, mask_BT });
  return tf.tidy(() => {
    const held_BT = masked(reward_BT, ends_BT);
    if (pay === "last") return held_BT;
    const before_BT = tf.cumsum(ends_BT, 1, true);
    const same_BTT = tf.equal(tf.expandDims(before_BT, 2), tf.expandDims(before_BT, 1));
    // A row after its last end is padding; so is what the mask leaves out.
    const pairs_BTT = tf.mul(
      tf.cast(same_BTT, "float32"),
      tf.mul(tf.expandDims(mask_BT, 2), tf.expandDims(mask_BT, 1)),
    );
    const paid_BT = tf.sum(tf.mul(pairs_BTT, tf.expandDims(held_BT, 1)), 2) as tf.Tensor2D;
    return pay === "each" ? paid_BT : tf.div(paid_BT, tf.maximum(tf.sum(pairs_BTT, 2), 1));
  });
}
