import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { masked } from "../core/masks";
import { type Checks, oneOf } from "../core/options";

export interface CreditOptions {
  /**
   * A token's credit: its own reward, or its reward-to-go, the sum of the rewards from it to the end. Default "token".
   */
  credit?: "token" | "to-go";
  /**
   * Masked gaps: positions that the mask leaves out before the row's last token, say a pad id that was sampled. "skip"
   * gives them no credit; "count" gives them their reward-to-go, as the authors' code does, and every row starts at
   * column 0. Default "skip".
   */
  gaps?: "skip" | "count";
}

export const creditChecks: Checks<CreditOptions> = { credit: oneOf("token", "to-go"), gaps: oneOf("skip", "count") };

/** The credit of each token, a constant, and the positions that get credit: the mask, or all up to the last token. */
export function creditOf(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, options: Required<CreditOptions>) {
  const own_BT = masked(constant(reward_BT), mask_BT);
  if (options.credit === "token") return { credit_BT: own_BT, counted_BT: mask_BT };
  const toGo_BT: tf.Tensor2D = tf.cumsum(own_BT, 1, false, true);
  if (options.gaps === "skip") return { credit_BT: masked(toGo_BT, mask_BT), counted_BT: mask_BT };
  const left_BT: tf.Tensor2D = tf.cumsum(tf.cast(tf.greater(mask_BT, 0), "float32"), 1, false, true);
  return { credit_BT: toGo_BT, counted_BT: left_BT };
}
