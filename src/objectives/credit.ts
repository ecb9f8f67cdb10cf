import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { masked } from "../core/masks";

export interface CreditOptions {
  /** What a token is paid: its own reward, or the sum of the rewards from it to the end. Default "token". */
  credit?: "token" | "to-go";
  /**
   * A position that the mask leaves out before the row's last token (a pad id that was sampled, say): left out of the
   * credit too, or given its reward-to-go, as the authors' code does. Default "skip". With "count" a row starts at
   * column 0.
   */
  holes?: "skip" | "count";
}

/** The rewards as credit, a constant, and the positions that have some: the mask, or all up to the last token. */
export function creditOf(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, options: Required<CreditOptions>) {
  const own_BT = masked(constant(reward_BT), mask_BT);
  if (options.credit === "token") return { credit_BT: own_BT, counted_BT: mask_BT };
  const toGo_BT: tf.Tensor2D = tf.cumsum(own_BT, 1, false, true);
  if (options.holes === "skip") return { credit_BT: masked(toGo_BT, mask_BT), counted_BT: mask_BT };
  const left_BT: tf.Tensor2D = tf.cumsum(tf.cast(tf.greater(mask_BT, 0), "float32"), 1, false, true);
  return { credit_BT: toGo_BT, counted_BT: left_BT };
}
