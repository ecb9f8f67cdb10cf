// Penalties that keep rewards near zero where only their differences are learned.

import * as tf from "@tensorflow/tfjs-core";
import { masked, maskedMean } from "../core/masks";
import { checkAxes } from "../core/shapes";

/**
 * Mean over the lists of (Σ_k score_k)², which pulls their mean to zero: the order alone leaves it undetermined. For
 * pairs it is the centering of Eisenstein et al. 2023, arXiv:2312.09244, §4. Gradients go to scores_NK; columns without
 * a candidate never count.
 */
export function centering(scores_NK: tf.Tensor2D, mask_NK?: tf.Tensor2D): tf.Scalar {
  checkAxes("centering", { scores_NK, ...(mask_NK && { mask_NK }) });
  return tf.tidy(() => tf.mean(tf.square(tf.sum(mask_NK ? masked(scores_NK, mask_NK) : scores_NK, 1))) as tf.Scalar);
}

/** Mean of r_t² over all real tokens. Gradients go to reward_BT. */
export function squaredRewards(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Scalar {
  checkAxes("squaredRewards", { reward_BT, mask_BT });
  return tf.tidy(() => maskedMean(tf.square(masked(reward_BT, mask_BT)), mask_BT));
}
