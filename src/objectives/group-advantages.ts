import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { constant } from "../core/gradients";
import { centred, masked, maskedDeviation } from "../core/masks";
import { checkAxes } from "../core/shapes";

/** Mean 0 and deviation 1 over all real tokens of the batch: (x − mean) / (deviation + 1e-8), 0 at padding. */
export function whitened(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Tensor2D {
  checkAxes("whitened", { x_BT, mask_BT });
  return tf.tidy(() => {
    const lead_BT = centred(x_BT, mask_BT);
    return tf.div(lead_BT, tf.add(maskedDeviation(lead_BT, mask_BT), 1e-8)) as tf.Tensor2D;
  });
}

export interface GroupAdvantageOptions {
  /** What a sample's lead over its group is divided by. Default "deviation"; "none" as in Liu et al. 2025. */
  scale?: "deviation" | "none";
}

/**
 * GRPO's advantages (Shao et al. 2024): of `groupSize` samples to one prompt, one group after the other, each token of a
 * sample gets (score − mean of the group) / (deviation of the group + 1e-8), [B,T], a constant, 0 at padding.
 *
 * Errors: rows that do not fill the groups.
 */
export function groupAdvantages(
  score_B: tf.Tensor1D,
  mask_BT: tf.Tensor2D,
  groupSize: number,
  { scale = "deviation" }: GroupAdvantageOptions = {},
): tf.Tensor2D {
  const { B } = checkAxes("groupAdvantages", { score_B, mask_BT });
  if (!(groupSize >= 1 && Number.isInteger(B / groupSize)))
    fail("groupAdvantages", `${B} rows do not fill groups of ${groupSize}`, "Give all samples of every prompt.");
  return tf.tidy(() => {
    const given_NK = tf.reshape(constant(score_B), [-1, groupSize]);
    const score_NK = tf.sub(given_NK, tf.max(given_NK, 1, true)); // equal scores then lead by 0, not by a rounding error
    const { mean: mean_N1, variance: variance_N1 } = tf.moments(score_NK, 1, true);
    let lead_NK = tf.sub(score_NK, mean_N1);
    if (scale === "deviation") lead_NK = tf.div(lead_NK, tf.add(tf.sqrt(variance_N1), 1e-8));
    return masked(tf.tile(tf.reshape(lead_NK, [B, 1]), [1, mask_BT.shape[1]]) as tf.Tensor2D, mask_BT);
  });
}
