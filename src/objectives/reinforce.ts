import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { constant } from "../core/gradients";
import { lengths, masked, maskedMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import type { Objective } from "./objective";

export interface ReinforceOptions {
  /** What a token is paid: its own reward, or the sum of the rewards from it to the end. Default "token". */
  credit?: "token" | "to-go";
  /** What is taken off: nothing, or the batch's mean of that position. Default "none", as in the paper. */
  baseline?: "none" | "position";
  /** What it is then divided by: nothing, or the standard deviation over the batch's tokens. Default "none". */
  scale?: "none" | "deviation";
}

/**
 * REINFORCE with token rewards (Yang et al. 2023, LM training without supervised data): the mean over all response
 * tokens of w_t · (−log π(a_t)), where w_t is the token's credit, less its baseline, scaled. The w_t are constants.
 */
export function reinforce(options: ReinforceOptions = {}): Objective & Required<ReinforceOptions> {
  const { credit = "token", baseline = "none", scale = "none" } = options;
  return {
    name: "reinforce",
    on: "samples",
    weight: 1,
    credit,
    baseline,
    scale,
    loss({ logits_BTV, ids_BT, mask_BT, reward_BT }) {
      checkAxes("reinforce", { logits_BTV, ids_BT, mask_BT, reward_BT });
      return tf.tidy(() => {
        let weight_BT = masked(constant(reward_BT), mask_BT);
        if (credit === "to-go") weight_BT = tf.cumsum(weight_BT, 1, false, true);
        if (baseline === "position") weight_BT = centred(weight_BT, mask_BT);
        if (scale === "deviation") weight_BT = tf.div(weight_BT, tf.maximum(deviation(weight_BT, mask_BT), 1e-8));
        return maskedMean(tf.mul(weight_BT, tokenNll(logits_BTV, ids_BT)), mask_BT);
      });
    },
  };
}

/** Less the mean of each position over the rows that reach it. */
function centred(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Tensor2D {
  const rows_T = lengths(tf.transpose(mask_BT));
  const mean_T = tf.divNoNan(tf.sum(masked(x_BT, mask_BT), 0), rows_T);
  return tf.sub(x_BT, mean_T);
}

function deviation(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Scalar {
  const fromMean_BT = tf.sub(x_BT, maskedMean(x_BT, mask_BT)) as tf.Tensor2D;
  return tf.sqrt(maskedMean(tf.square(fromMean_BT), mask_BT));
}
