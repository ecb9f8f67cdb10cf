// Rewards for segments: runs of tokens that the LM continues with low entropy. (Yin et al. 2025, arXiv:2501.02790)

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { masked } from "../core/masks";
import { checkOptions, oneOf, required } from "../core/options";
import { checkAxes } from "../core/shapes";

/**
 * 1 at the last token of each segment, [B,T]. A segment begins at the first token, and at every token that was drawn
 * from a distribution whose entropy (nats) is above the threshold: `tf.neg(negativeEntropies(logits_BTV))`.
 *
 * As the mask of an aggregate, or of the candidates that guidance learns from, the ends make one reward for each
 * segment, at its last token, where the reward model has seen all of it.
 *
 * Errors: a threshold that is not a number.
 */
export function segmentEnds(entropy_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, threshold: number): tf.Tensor2D {
  const { B, T } = checkAxes("segmentEnds", { entropy_BT, mask_BT });
  if (typeof threshold !== "number" || Number.isNaN(threshold))
    fail("segmentEnds", `the threshold is ${threshold}`, "Give a number of nats, such as 2.");
  const [entropy, mask] = [entropy_BT.dataSync(), mask_BT.dataSync()];
  const ends = new Float32Array(B * T);
  for (let row = 0; row < B; row++) {
    let last = -1;
    for (let t = 0; t < T; t++) {
      const index = row * T + t;
      if (!(mask[index] > 0)) continue;
      if (last >= 0 && entropy[index] > threshold) ends[last] = 1;
      last = index;
    }
    if (last >= 0) ends[last] = 1;
  }
  return tf.tensor2d(ends, [B, T]);
}

/**
 * Each token's reward from its segment's, [B,T], 0 at padding: all of it ("each"), an equal share ("share"), so that
 * the sum over tokens is that over segments, or all of it at the last token and nothing before ("last").
 *
 * Gradients go to reward_BT at the ends. Errors: another way to share.
 */
export function overSegments(
  reward_BT: tf.Tensor2D,
  ends_BT: tf.Tensor2D,
  mask_BT: tf.Tensor2D,
  shares: "each" | "share" | "last" = "each",
): tf.Tensor2D {
  checkOptions("overSegments", { shares }, { shares: required(oneOf("each", "share", "last")) });
  checkAxes("overSegments", { reward_BT, ends_BT, mask_BT });
  return tf.tidy(() => {
    const held_BT = masked(reward_BT, ends_BT);
    if (shares === "last") return held_BT;
    const before_BT = tf.cumsum(ends_BT, 1, true);
    const same_BTT = tf.equal(tf.expandDims(before_BT, 2), tf.expandDims(before_BT, 1));
    // Behind its last end a row is padding, and so is what the mask leaves out.
    const pairs_BTT = tf.mul(
      tf.cast(same_BTT, "float32"),
      tf.mul(tf.expandDims(mask_BT, 2), tf.expandDims(mask_BT, 1)),
    );
    const shared_BT = tf.sum(tf.mul(pairs_BTT, tf.expandDims(held_BT, 1)), 2) as tf.Tensor2D;
    return shares === "each" ? shared_BT : tf.div(shared_BT, tf.maximum(tf.sum(pairs_BTT, 2), 1));
  });
}
