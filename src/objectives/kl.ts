import * as tf from "@tensorflow/tfjs-core";
import { meanLogRatio } from "../core/log-ratio";
import { maskedMean, sequenceMean } from "../core/masks";
import { type Checks, checkOptions, oneOf } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Objective, required } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface KlOptions {
  /**
   * How each token's KL is computed, with ℓ = log π(a_t) − log ρ(a_t) of the sampled token (Schulman 2020,
   * "Approximating KL divergence"): "exact" sums over the vocabulary; "k1" is ℓ, "k2" is ℓ²/2, "k3" is exp(−ℓ) − 1 + ℓ.
   * Default "exact".
   *
   * On samples of π, k1 and k3 have the KL as their mean. As losses they differ: the mean gradient of k1 is 0 (subtract
   * it from the rewards instead, `klShapedReward`), that of k2 is the gradient of KL(π ‖ ρ), that of k3, which GRPO
   * uses, of KL(ρ ‖ π).
   */
  estimator?: "exact" | "k1" | "k2" | "k3";
  /** The mean over all tokens, or over sequences of each one's mean (GRPO). Default "tokens". */
  average?: "tokens" | "sequences";
}

const klChecks: Checks<KlOptions> = {
  estimator: oneOf("exact", "k1", "k2", "k3"),
  average: oneOf("tokens", "sequences"),
};

/**
 * Stay near a reference LM: the mean over response tokens of KL(π ‖ ρ) = Σ_a π(a) log(π(a) / ρ(a)), or an estimate
 * of it. Errors: another estimator; a batch without referenceLogits_BTV; for the estimators referenceLogProbability_BT
 * is enough.
 */
export function kl(options: KlOptions = {}): Objective & Required<KlOptions> {
  checkOptions("kl", options, klChecks);
  const { estimator = "exact", average = "tokens" } = options;
  const mean = average === "tokens" ? maskedMean : sequenceMean;
  return {
    name: "kl",
    on: "samples",
    reduction: average,
    needs: [estimator === "exact" ? "referenceLogits_BTV" : "referenceLogProbability_BT"],
    weight: 1,
    estimator,
    average,
    loss(batch) {
      const { logits_BTV, mask_BT } = batch;
      if (estimator !== "exact") return tf.tidy(() => mean(estimates[estimator](referenceRatio("kl", batch)), mask_BT));
      const referenceLogits_BTV = required("kl", batch, "referenceLogits_BTV");
      checkAxes("kl", { logits_BTV, mask_BT, referenceLogits_BTV });
      return tf.tidy(() => mean(meanLogRatio(logits_BTV, referenceLogits_BTV), mask_BT));
    },
  };
}

const estimates: Record<"k1" | "k2" | "k3", (ratio_BT: tf.Tensor2D) => tf.Tensor2D> = {
  k1: ratio_BT => ratio_BT,
  k2: ratio_BT => tf.div(tf.square(ratio_BT), 2),
  k3: ratio_BT => tf.add(tf.expm1(tf.neg(ratio_BT)), ratio_BT),
};
