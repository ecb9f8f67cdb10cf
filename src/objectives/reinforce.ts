import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { centred, masked, maskedDeviation, realTokens } from "../core/masks";
import { type Checks, checkOptions, oneOf } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type CreditOptions, creditChecks, creditOf } from "./credit";
import { type Objective, required } from "./objective";

export interface ReinforceOptions extends CreditOptions {
  /**
   * Subtracted from the credit: nothing, the mean of the batch, or its mean at that position. Default "none", as in the
   * paper. The batch is that of one pass: where an update is made of several passes, subtract the baseline of them all
   * before (`whitened`, `groupAdvantages`).
   */
  baseline?: "none" | "batch" | "position";
  /**
   * Then divided by nothing, or by the standard deviation over the batch's tokens where it is not 0. Default "none".
   */
  scale?: "none" | "std";
}

const reinforceChecks: Checks<ReinforceOptions> = {
  ...creditChecks,
  baseline: oneOf("none", "batch", "position"),
  scale: oneOf("none", "std"),
};

/**
 * REINFORCE with token rewards (Yang et al. 2023, LM training without supervised data): Σ w_t · (−log π(a_t)) over the
 * number of response tokens, where w_t is the token's credit, less its baseline, scaled. The w_t are constants.
 * Baseline "batch" with scale "std" is whitening.
 *
 * Errors: an option out of its range.
 */
export function reinforce(options: ReinforceOptions = {}): Objective & Required<ReinforceOptions> {
  checkOptions("reinforce", options, reinforceChecks);
  const { credit = "token", gaps = "skip", baseline = "none", scale = "none" } = options;
  return {
    name: "reinforce",
    on: "samples",
    reduction: "tokens",
    needs: ["reward_BT"],
    weight: 1,
    credit,
    gaps,
    baseline,
    scale,
    loss(batch) {
      const { logits_BTV, ids_BT, mask_BT } = batch;
      const reward_BT = required("reinforce", batch, "reward_BT");
      checkAxes("reinforce", { logits_BTV, ids_BT, mask_BT, reward_BT });
      return tf.tidy(() => {
        const { credit_BT, counted_BT } = creditOf(reward_BT, mask_BT, { credit, gaps });
        let weight_BT: tf.Tensor2D = baseline === "none" ? credit_BT : centred(credit_BT, counted_BT, baseline);
        // A number that is read: the weights are constants, and so is their unit.
        if (scale === "std") weight_BT = tf.div(weight_BT, maskedDeviation(weight_BT, counted_BT).dataSync()[0] || 1);
        const loss_BT: tf.Tensor2D = tf.mul(weight_BT, tokenNll(logits_BTV, ids_BT));
        return tf.div(tf.sum(masked(loss_BT, counted_BT)), realTokens(mask_BT));
      });
    },
  };
}
