import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { rowMean } from "../core/masks";
import { above, atLeast, type Checks, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type Objective, required } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface KtoOptions {
  /** How much a log-ratio to the reference counts. Default 0.1. */
  beta?: number;
  /** λ_D and λ_U, to balance desirable and undesirable responses. Defaults 1. */
  desirableWeight?: number;
  undesirableWeight?: number;
}

const ktoChecks: Checks<KtoOptions> = { beta: above(0), desirableWeight: atLeast(0), undesirableWeight: atLeast(0) };

/**
 * Kahneman–Tversky optimization (Ethayarajh et al. 2024, arXiv:2402.01306), which needs no pairs: the mean over
 * responses of
 *
 *     λ_D (1 − σ(β (ℓ − z₀)))  where desirable_B is 1,   λ_U (1 − σ(β (z₀ − ℓ)))  where it is 0
 *
 * with ℓ = Σ_t log π(a_t) − log ρ(a_t). z₀ is `referencePoint`: as in TRL a constant, the mean ℓ of responses to other
 * prompts of the update, at least 0. The rows may stand in lists of any size, or in none.
 *
 * Errors: an option out of its range; a batch without desirable_B, without referencePoint, or without a reference (its
 * logits or its log-probabilities).
 */
export function kto(options: KtoOptions = {}): Objective & Required<KtoOptions> {
  checkOptions("kto", options, ktoChecks);
  const { beta = 0.1, desirableWeight = 1, undesirableWeight = 1 } = options;
  return {
    name: "kto",
    on: "lists",
    reduction: "sequences",
    needs: ["referenceLogProbability_BT", "desirable_B", "referencePoint"],
    weight: 1,
    beta,
    desirableWeight,
    undesirableWeight,
    loss(batch) {
      const { mask_BT } = batch;
      const desirable_B = required("kto", batch, "desirable_B");
      const referencePoint = required("kto", batch, "referencePoint");
      checkAxes("kto", { mask_BT, desirable_B });
      return tf.tidy(() => {
        const ratio_B = tf.sum(referenceRatio("kto", batch), 1);
        const isGood_B = tf.greater(constant(desirable_B), 0);
        const gain_B = tf.mul(beta, tf.sub(ratio_B, referencePoint));
        const value_B = tf.sigmoid(
          tf.mul(gain_B, tf.where(isGood_B, tf.onesLike(ratio_B), tf.fill(ratio_B.shape, -1))),
        );
        const weight_B = tf.where(isGood_B, tf.fill(ratio_B.shape, desirableWeight), undesirableWeight);
        return rowMean(tf.mul(weight_B, tf.sub(1, value_B)), mask_BT);
      });
    },
  };
}
