import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { fail } from "../core/errors";
import { constant } from "../core/gradients";
import { masked, rowMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import { type CreditOptions, creditOf } from "./credit";
import type { Objective } from "./objective";

export interface WeightedMleOptions extends CreditOptions {
  /** What the credit is made from: the rewards, or their exponentials. Default "reward". */
  weights?: "reward" | "exp";
  /** τ of the exponentials, exp(r / τ): the smaller, the sharper. Default 1. */
  temperature?: number;
  /** Each row's weights are divided by their sum. Default true, as in the paper; false gives raw weights. */
  normalized?: boolean;
}

/**
 * Reward-weighted maximum likelihood (Yang et al. 2023, LM training with supervised data): the mean over rows of
 * Σ_t w_t · (−log π(a_t)), w_t = r_t / Σ_t r_t. The w_t are constants, rewards are positive, and a row whose rewards are
 * all 0 trains nothing. With credit "to-go" the sum is over rewards-to-go.
 */
export function weightedMle(options: WeightedMleOptions = {}): Objective & Required<WeightedMleOptions> {
  const { credit = "token", holes = "skip", weights = "reward", temperature = 1, normalized = true } = options;
  if (!(temperature > 0)) fail("weightedMle", `the temperature is ${temperature}`, "Give one above 0.");
  return {
    name: "weightedMle",
    on: "references",
    weight: 1,
    credit,
    holes,
    weights,
    temperature,
    normalized,
    loss({ logits_BTV, ids_BT, mask_BT, reward_BT }) {
      checkAxes("weightedMle", { logits_BTV, ids_BT, mask_BT, reward_BT });
      return tf.tidy(() => {
        const paid_BT =
          weights === "exp" ? exponential(tf.div(constant(reward_BT), temperature), mask_BT, normalized) : reward_BT;
        const { credit_BT } = creditOf(paid_BT, mask_BT, { credit, holes });
        const weight_BT = normalized ? tf.div(credit_BT, tf.maximum(tf.sum(credit_BT, 1, true), 1e-30)) : credit_BT;
        const nll_BT = masked(tokenNll(logits_BTV, ids_BT), mask_BT);
        return rowMean(tf.sum(tf.mul(weight_BT, nll_BT), 1), mask_BT);
      });
    },
  };
}

/** exp(r); where only proportions count, over that of the row's largest, which cannot overflow. */
function exponential(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, proportions: boolean): tf.Tensor2D {
  const real_BT = masked(reward_BT, mask_BT, -Infinity);
  return tf.exp(proportions ? (tf.sub(real_BT, tf.max(real_BT, 1, true)) as tf.Tensor2D) : real_BT);
}
