import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { constant } from "../core/gradients";
import { masked, rowMean } from "../core/masks";
import { above, type Checks, checkOptions, flag, oneOf } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type CreditOptions, creditChecks, creditOf } from "./credit";
import { type Objective, required } from "./objective";
import { checkWeights } from "./weights";

export interface WeightedMleOptions extends CreditOptions {
  /** The credit is made from the rewards, or from their exponentials. Default "reward". */
  weights?: "reward" | "exp";
  /** τ of the exponentials, exp(r / τ): the smaller, the sharper. Default 1. */
  temperature?: number;
  /** Divide each row's weights by their sum. Default true, as in the paper; false gives raw weights. */
  normalized?: boolean;
}

const weightedMleChecks: Checks<WeightedMleOptions> = {
  ...creditChecks,
  weights: oneOf("reward", "exp"),
  temperature: above(0),
  normalized: flag,
};

/**
 * Reward-weighted maximum likelihood (Yang et al. 2023, LM training with supervised data): the mean over rows of Σ_t
 * w_t · (−log π(a_t)), w_t = r_t / Σ_t r_t. The w_t are constants, rewards are 0 or more, and a row whose rewards are
 * all 0 trains nothing. With credit "to-go" the sum is over rewards-to-go.
 *
 * Errors: an option out of its range; where the rewards themselves are normalized, a reward that is negative or not a
 * number.
 */
export function weightedMle(options: WeightedMleOptions = {}): Objective & Required<WeightedMleOptions> {
  checkOptions("weightedMle", options, weightedMleChecks);
  const { credit = "token", gaps = "skip", weights = "reward", temperature = 1, normalized = true } = options;
  return {
    name: "weightedMle",
    on: "references",
    reduction: "sequences",
    needs: ["reward_BT"],
    weight: 1,
    credit,
    gaps,
    weights,
    temperature,
    normalized,
    loss(batch) {
      const { logits_BTV, ids_BT, mask_BT } = batch;
      const reward_BT = required("weightedMle", batch, "reward_BT");
      checkAxes("weightedMle", { logits_BTV, ids_BT, mask_BT, reward_BT });
      if (weights === "reward" && normalized) checkRewards(reward_BT, mask_BT);
      return tf.tidy(() => {
        const weighing_BT =
          weights === "exp" ? exponential(tf.div(constant(reward_BT), temperature), mask_BT, normalized) : reward_BT;
        const { credit_BT } = creditOf(weighing_BT, mask_BT, { credit, gaps });
        const weight_BT = normalized ? tf.div(credit_BT, tf.maximum(tf.sum(credit_BT, 1, true), 1e-30)) : credit_BT;
        const nll_BT = masked(tokenNll(logits_BTV, ids_BT), mask_BT);
        return rowMean(tf.sum(tf.mul(weight_BT, nll_BT), 1), mask_BT);
      });
    },
  };
}

/** Errors: a reward that is negative or not a number. */
function checkRewards(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D): void {
  const remedy = 'Bound the rewards (softplusBound), or give weights: "exp", or normalized: false.';
  checkWeights("weightedMle", "reward_BT", reward_BT, { mask: mask_BT, remedy });
}

/** exp(r); where only proportions count, over that of the row's largest, which cannot overflow. */
function exponential(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, proportions: boolean): tf.Tensor2D {
  const real_BT = masked(reward_BT, mask_BT, -Infinity);
  return tf.exp(proportions ? (tf.sub(real_BT, tf.max(real_BT, 1, true)) as tf.Tensor2D) : real_BT);
}
