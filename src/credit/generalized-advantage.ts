// Credit from a value head.

import * as tf from "@tensorflow/tfjs-core";
import { between, type Checks, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { gae } from "../objectives/gae";
import { type Credit, type CreditBatch, creditCheck, needed, needsOf } from "./credit";
import { lastTokenScore } from "./scored";

export interface GeneralizedAdvantageOptions {
  /** The reward of each token. Default `lastTokenScore()`; with a KL term of PPO `klShaped(lastTokenScore())`. */
  of?: Credit;
  /** Discount γ of the next token, 0 to 1. Default 1. */
  discount?: number;
  /** λ, 0 to 1: from the one-step TD error to the whole return less the value. Default 0.95. */
  lambda?: number;
}

const checks: Checks<GeneralizedAdvantageOptions> = {
  of: creditCheck,
  discount: between(0, 1),
  lambda: between(0, 1),
};

/**
 * PPO's advantage with a value head (Schulman et al. 2016, eq. 16): δ_t = r_t + γ V_{t+1} − V_t and
 * A_t = δ_t + γλ A_{t+1}, where V_t is the value of the state before token t. After the last token of a response the
 * value is 0, whether the response ended or was cut off: its score is for what there is of it, and `missingEndPenalty`
 * says what a missing end costs. `trainWithSamples` makes the value head, which learns by the objective `valueLoss`
 * from the returns A_t + V_t. With `standardized(…, { baseline: "batch" })` around it advantages are whitened, as PPO
 * for LMs does.
 *
 * Errors: an option out of its range.
 */
export function generalizedAdvantage(
  options: GeneralizedAdvantageOptions = {},
): Credit & Required<GeneralizedAdvantageOptions> {
  checkOptions("generalizedAdvantage", options, checks);
  const { of = lastTokenScore(), discount = 1, lambda = 0.95 } = options;
  const estimate = (batch: CreditBatch, which: "advantage_BT" | "return_BT") => {
    const { mask_BT } = batch;
    const value_BT = needed("generalizedAdvantage", batch, "value_BT");
    checkAxes("generalizedAdvantage", { value_BT, mask_BT });
    return tf.tidy(() => gae({ reward_BT: of.apply(batch), value_BT, mask_BT }, { discount, lambda })[which]);
  };
  return {
    name: "generalizedAdvantage",
    ...needsOf([of], ["value_BT"]),
    of,
    discount,
    lambda,
    apply: batch => estimate(batch, "advantage_BT"),
    returns: batch => estimate(batch, "return_BT"),
  };
}
