// Credits made of other credits.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { centred, masked, maskedDeviation } from "../core/masks";
import { atLeast, between, type Checks, checkOptions, finite, oneOf, required } from "../core/options";
import { checkAxes } from "../core/shapes";
import { gae } from "../objectives/gae";
import { type Credit, creditCheck, needed, needsOf } from "./credit";
import { tokenReward } from "./learned";

export interface RewardToGoOptions {
  /** Discount γ of the next token, 0 to 1. Default 1. */
  discount?: number;
  /** The credit that is summed. Default `tokenReward()`. */
  of?: Credit;
}

const rewardToGoChecks: Checks<RewardToGoOptions> = { discount: between(0, 1), of: creditCheck };

/**
 * What is still to come, from the token itself on: G_t = c_t + γ G_{t+1}. Of `lastTokenScore()` without a discount, it
 * is the score of the response at each of its tokens. Errors: an option out of its range.
 */
export function rewardToGo(options: RewardToGoOptions = {}): Credit & Required<RewardToGoOptions> {
  checkOptions("rewardToGo", options, rewardToGoChecks);
  const { discount = 1, of = tokenReward() } = options;
  return {
    name: "rewardToGo",
    ...needsOf([of]),
    discount,
    of,
    apply(batch) {
      const { mask_BT } = batch;
      return tf.tidy(() => {
        // With values of 0 and λ = 1 the advantage is the whole discounted return.
        const rollout = { reward_BT: of.apply(batch), value_BT: tf.zerosLike(mask_BT), mask_BT };
        return gae(rollout, { discount, lambda: 1 }).advantage_BT;
      });
    },
  };
}

/**
 * The credit less β (log π(a_t) − log ρ(a_t)) at each token (Ziegler et al. 2019). π is the policy that sampled, ρ the
 * reference LM. With `lastTokenScore()` it is `klShapedReward`. Default β 0.1. Errors: an option out of its range.
 */
export function klShaped(credit: Credit, options: { beta?: number } = {}): Credit & { of: Credit; beta: number } {
  checkOptions("klShaped", { credit }, { credit: required(creditCheck) });
  checkOptions("klShaped", options, { beta: atLeast(0) });
  const { beta = 0.1 } = options;
  return {
    name: "klShaped",
    ...needsOf([credit], ["behaviorLogProbability_BT", "referenceLogProbability_BT"]),
    of: credit,
    beta,
    apply(batch) {
      const { mask_BT } = batch;
      const behaviorLogProbability_BT = needed("klShaped", batch, "behaviorLogProbability_BT");
      const referenceLogProbability_BT = needed("klShaped", batch, "referenceLogProbability_BT");
      checkAxes("klShaped", { mask_BT, behaviorLogProbability_BT, referenceLogProbability_BT });
      return tf.tidy(() => {
        const ratio_BT = tf.sub(behaviorLogProbability_BT, referenceLogProbability_BT);
        return masked(tf.sub(credit.apply(batch), tf.mul(beta, ratio_BT)) as tf.Tensor2D, mask_BT);
      });
    },
  };
}

/**
 * Σ weight · credit, say `mixture([[0.7, tokenReward()], [0.7, groupAdvantage()]])`. Errors: nothing to mix; a weight
 * that is not finite.
 */
export function mixture(parts: readonly (readonly [weight: number, credit: Credit])[]): Credit & { of: object[] } {
  if (!Array.isArray(parts) || parts.length === 0)
    fail("mixture", "there is no credit to mix", "Give pairs of a weight and a credit.");
  const of = parts.map(([weight, credit]) => ({ weight, credit }));
  for (const part of of) checkOptions("mixture", part, { weight: required(finite), credit: required(creditCheck) });
  return {
    name: "mixture",
    ...needsOf(of.map(({ credit }) => credit)),
    of,
    apply: batch =>
      tf.tidy(() => tf.addN(of.map(({ weight, credit }) => tf.mul(weight, credit.apply(batch)))) as tf.Tensor2D),
  };
}

export interface StandardizedOptions {
  /** The mean that is subtracted: of the batch's tokens, or of those at each position. Default "position". */
  baseline?: "batch" | "position";
}

const standardizedChecks: Checks<StandardizedOptions> = { baseline: oneOf("batch", "position") };

/**
 * The credit less its mean, divided by (std over the batch's tokens + 1e-8); equal credits become 0. The batch is the
 * whole update, however it is cut into minibatches and micro-batches. Errors: an option out of its range.
 */
export function standardized(
  credit: Credit,
  options: StandardizedOptions = {},
): Credit & { of: Credit } & Required<StandardizedOptions> {
  checkOptions("standardized", { credit }, { credit: required(creditCheck) });
  checkOptions("standardized", options, standardizedChecks);
  const { baseline = "position" } = options;
  return {
    name: "standardized",
    ...needsOf([credit]),
    of: credit,
    baseline,
    apply(batch) {
      const { mask_BT } = batch;
      return tf.tidy(() => {
        const centred_BT = centred(credit.apply(batch), mask_BT, baseline);
        const std = tf.add(maskedDeviation(centred_BT, mask_BT), 1e-8);
        return masked(tf.div(centred_BT, std) as tf.Tensor2D, mask_BT);
      });
    },
  };
}

/**
 * The credit of the responses that ended by themselves; those that were cut off have credit 0 and count in no mean and
 * no std (DAPO's overlong filtering, Yu et al. 2025).
 */
export function finishedOnly(credit: Credit): Credit & { of: Credit } {
  checkOptions("finishedOnly", { credit }, { credit: required(creditCheck) });
  return {
    name: "finishedOnly",
    ...needsOf([credit], ["finished_B"]),
    of: credit,
    apply(batch) {
      const finished_B = needed("finishedOnly", batch, "finished_B");
      checkAxes("finishedOnly", { finished_B, mask_BT: batch.mask_BT });
      return tf.tidy(() => {
        const mask_BT = tf.mul(batch.mask_BT, tf.expandDims(finished_B, 1)) as tf.Tensor2D;
        return credit.apply({ ...batch, mask_BT });
      });
    },
  };
}
