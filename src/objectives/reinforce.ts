import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { lengths, masked, maskedDeviation, maskedMean, realTokens } from "../core/masks";
import { checkAxes } from "../core/shapes";
import { type CreditOptions, creditOf } from "./credit";
import type { Objective } from "./objective";

export interface ReinforceOptions extends CreditOptions {
  /** What is taken off: nothing, the mean of the batch, or its mean at that position. Default "none", as in the paper. */
  baseline?: "none" | "batch" | "position";
  /** What it is then divided by: nothing, or the standard deviation over the batch's tokens. Default "none". */
  scale?: "none" | "deviation";
}

/**
 * REINFORCE with token rewards (Yang et al. 2023, LM training without supervised data): Σ w_t · (−log π(a_t)) over the
 * number of response tokens, where w_t is the token's credit, less its baseline, scaled. The w_t are constants. Baseline
 * "batch" with scale "deviation" is whitening.
 */
export function reinforce(options: ReinforceOptions = {}): Objective & Required<ReinforceOptions> {
  const { credit = "token", holes = "skip", baseline = "none", scale = "none" } = options;
  return {
    name: "reinforce",
    on: "samples",
    weight: 1,
    credit,
    holes,
    baseline,
    scale,
    loss({ logits_BTV, ids_BT, mask_BT, reward_BT }) {
      checkAxes("reinforce", { logits_BTV, ids_BT, mask_BT, reward_BT });
      return tf.tidy(() => {
        const { credit_BT, counted_BT } = creditOf(reward_BT, mask_BT, { credit, holes });
        let weight_BT: tf.Tensor2D = credit_BT;
        if (baseline === "batch") weight_BT = tf.sub(weight_BT, maskedMean(weight_BT, counted_BT));
        if (baseline === "position") weight_BT = centred(weight_BT, counted_BT);
        if (scale === "deviation")
          weight_BT = tf.div(weight_BT, tf.maximum(maskedDeviation(weight_BT, counted_BT), 1e-8));
        const loss_BT: tf.Tensor2D = tf.mul(weight_BT, tokenNll(logits_BTV, ids_BT));
        return tf.div(tf.sum(masked(loss_BT, counted_BT)), realTokens(mask_BT));
      });
    },
  };
}

/** Less the mean of each position over the rows that reach it. */
function centred(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): tf.Tensor2D {
  const rows_T = lengths(tf.transpose(mask_BT));
  const mean_T = tf.div(tf.sum(masked(x_BT, mask_BT), 0), tf.maximum(rows_T, 1));
  return tf.sub(x_BT, mean_T);
}
