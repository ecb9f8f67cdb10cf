import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { constant } from "../core/gradients";
import { centred, lengths, masked, maskedDeviation } from "../core/masks";
import { type Checks, checkOptions, integer, oneOf, required } from "../core/options";
import { checkAxes } from "../core/shapes";

/** Mean 0 and std 1 over all real tokens of the batch: (x − mean) / (std + 1e-8), 0 at padding. */
export function whitened(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Tensor2D {
  checkAxes("whitened", { x_BT, mask_BT });
  return tf.tidy(() => {
    const centred_BT = centred(x_BT, mask_BT);
    return tf.div(centred_BT, tf.add(maskedDeviation(centred_BT, mask_BT), 1e-8)) as tf.Tensor2D;
  });
}

export interface GroupAdvantageOptions {
  /** Divide by the std of the group, or not at all, as in Liu et al. 2025. Default "std". */
  scale?: "std" | "none";
}

export const groupAdvantageChecks: Checks<GroupAdvantageOptions> = { scale: oneOf("std", "none") };

/**
 * GRPO's advantages (Shao et al. 2024): of `groupSize` samples to one prompt, one group after the other, each token of
 * a sample gets (score − mean of the group) / (std of the group + 1e-8), [B,T], a constant, 0 at padding. A sample
 * whose row has no token (masked out because it was truncated, say) counts neither in the mean nor in the std, whatever
 * its score.
 *
 * Errors: rows that do not fill the groups; an option out of its range.
 */
export function groupAdvantages(
  score_B: tf.Tensor1D,
  mask_BT: tf.Tensor2D,
  groupSize: number,
  options: GroupAdvantageOptions = {},
): tf.Tensor2D {
  checkOptions("groupAdvantages", options, groupAdvantageChecks);
  checkOptions("groupAdvantages", { groupSize }, { groupSize: required(integer(1)) });
  const { scale = "std" } = options;
  const { B } = checkAxes("groupAdvantages", { score_B, mask_BT });
  if (!Number.isInteger(B / groupSize))
    fail("groupAdvantages", `${B} rows do not fill groups of ${groupSize}`, "Give all samples of every prompt.");
  return tf.tidy(() => {
    const given_NK = tf.reshape(constant(score_B), [-1, groupSize]) as tf.Tensor2D;
    const real_NK = tf.reshape(tf.cast(tf.greater(lengths(mask_BT), 0), "float32"), [-1, groupSize]) as tf.Tensor2D;
    const size_N1 = tf.maximum(tf.sum(real_NK, 1, true), 1);
    const mean = (x_NK: tf.Tensor) => tf.div(tf.sum(masked(x_NK as tf.Tensor2D, real_NK), 1, true), size_N1);
    // Scores less the group's best: equal scores then have the advantage 0, not a rounding error.
    const best_N1 = tf.maximum(tf.max(masked(given_NK, real_NK, Number.NEGATIVE_INFINITY), 1, true), -1e30);
    const score_NK = tf.sub(given_NK, best_N1);
    let advantage_NK = tf.sub(score_NK, mean(score_NK));
    if (scale === "std") advantage_NK = tf.div(advantage_NK, tf.add(tf.sqrt(mean(tf.square(advantage_NK))), 1e-8));
    return masked(tf.tile(tf.reshape(advantage_NK, [B, 1]), [1, mask_BT.shape[1]]) as tf.Tensor2D, mask_BT);
  });
}
