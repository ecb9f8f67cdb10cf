import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { lengths } from "../core/masks";
import { above, atLeast, between, type Checks, checkOptions, flag } from "../core/options";
import { checkAxes } from "../core/shapes";
import { listMean, perToken, sumInLists } from "./list-rows";
import { type Objective, type OptionalField, required, type TokenBatch } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface DpoOptions {
  /** How much a log-ratio to the reference counts: the larger, the nearer the policy stays to it. Default 0.1. */
  beta?: number;
  /** The share of pairs taken to be the wrong way round (conservative DPO, Mitchell 2023). Default 0. */
  labelSmoothing?: number;
  /** Mean instead of sum over the tokens of a response (LN-DPO, a baseline of Meng et al. 2024). Default false. */
  lengthNormalized?: boolean;
  /**
   * How much the better response has to be ahead for each unit of the pair's margin (ODPO: Amini et al. 2024,
   * arXiv:2402.10571). Default 0: margins are not read.
   */
  marginWeight?: number;
}

const dpoChecks: Checks<DpoOptions> = {
  beta: above(0),
  labelSmoothing: between(0, 1),
  lengthNormalized: flag,
  marginWeight: atLeast(0),
};

/**
 * Direct preference optimization (Rafailov et al. 2023, eq. 7): the mean over pairs, better response first, of
 *
 *     −(1 − s) log σ(h) − s log σ(−h),   h = β (ℓ_better − ℓ_worse) − w · margin,   ℓ = Σ_t log π(a_t) − log ρ(a_t)
 *
 * Errors: an option out of its range; a batch without listSize 2, or without a reference (its logits or its
 * log-probabilities); with `marginWeight` w, one without margin_B.
 */
export function dpo(options: DpoOptions = {}): Objective & Required<DpoOptions> {
  checkOptions("dpo", options, dpoChecks);
  const { beta = 0.1, labelSmoothing = 0, lengthNormalized = false, marginWeight = 0 } = options;
  const needs: OptionalField[] = ["listSize", "referenceLogProbability_BT"];
  return {
    name: "dpo",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: marginWeight > 0 ? [...needs, "margin_B"] : needs,
    weight: 1,
    beta,
    labelSmoothing,
    lengthNormalized,
    marginWeight,
    loss: batch =>
      tf.tidy(() => {
        const ratio_BT = referenceRatio("dpo", batch);
        const ratio_N2 = sumInLists("dpo", batch, lengthNormalized ? perToken(ratio_BT, batch.mask_BT) : ratio_BT, 2);
        const ahead_N = tf.mul(beta, lead(ratio_N2)) as tf.Tensor1D;
        const h_N = marginWeight > 0 ? tf.sub(ahead_N, tf.mul(marginWeight, pairMargins(batch))) : ahead_N;
        return listMean(pairNll(h_N as tf.Tensor1D, labelSmoothing), batch.mask_BT);
      }),
  };
}

/** The margin of the better over the worse of each pair, a constant, [N]. */
function pairMargins(batch: TokenBatch): tf.Tensor1D {
  const margin_B = required("dpo", batch, "margin_B");
  checkAxes("dpo", { mask_BT: batch.mask_BT, margin_B });
  const real_B = tf.greater(lengths(batch.mask_BT), 0);
  const known_B = tf.where(real_B, constant(margin_B), tf.zerosLike(margin_B));
  const margin_N2 = tf.reshape(known_B, [-1, 2]);
  return tf.squeeze(tf.slice(margin_N2, [0, 0], [-1, 1]), [1]) as tf.Tensor1D;
}

/** The first of each pair less the second, [N]. */
export const lead = (x_N2: tf.Tensor2D): tf.Tensor1D =>
  tf.tidy(() => {
    const [first_N1, second_N1] = tf.split(x_N2, 2, 1);
    return tf.squeeze(tf.sub(first_N1, second_N1), [1]);
  });

/** −(1 − s) log σ(h) − s log σ(−h), for each pair; no h overflows. */
export function pairNll(h_N: tf.Tensor1D, labelSmoothing = 0): tf.Tensor1D {
  return tf.tidy(() => {
    const right_N = tf.softplus(tf.neg(h_N));
    return labelSmoothing === 0 ? right_N : tf.add(right_N, tf.mul(labelSmoothing, h_N));
  });
}
