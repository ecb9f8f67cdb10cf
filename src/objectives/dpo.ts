import * as tf from "@tensorflow/tfjs-core";
import { above, between, type Checks, checkOptions } from "../core/options";
import { listMean, sumInLists } from "./list-rows";
import type { Objective } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface DpoOptions {
  /** How much a log-ratio to the reference counts: the larger, the nearer the policy stays to it. Default 0.1. */
  beta?: number;
  /** The share of pairs taken to be the wrong way round (conservative DPO, Mitchell 2023). Default 0. */
  labelSmoothing?: number;
}

const dpoChecks: Checks<DpoOptions> = { beta: above(0), labelSmoothing: between(0, 1) };

/**
 * Direct preference optimization (Rafailov et al. 2023, eq. 7): the mean over pairs, better response first, of
 *
 *     −(1 − s) log σ(h) − s log σ(−h),   h = β (ℓ_better − ℓ_worse),   ℓ = Σ_t log π(a_t) − log ρ(a_t)
 *
 * Errors: an option out of its range; a batch without listSize 2, or without a reference (its logits or its
 * log-probabilities).
 */
export function dpo(options: DpoOptions = {}): Objective & Required<DpoOptions> {
  checkOptions("dpo", options, dpoChecks);
  const { beta = 0.1, labelSmoothing = 0 } = options;
  return {
    name: "dpo",
    on: "lists",
    reduction: "lists",
    needs: ["listSize", "referenceLogProbability_BT"],
    weight: 1,
    beta,
    labelSmoothing,
    loss: batch =>
      tf.tidy(() => {
        const ratio_N2 = sumInLists("dpo", batch, referenceRatio("dpo", batch), 2);
        return listMean(pairNll(tf.mul(beta, lead(ratio_N2)), labelSmoothing), batch.mask_BT);
      }),
  };
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
