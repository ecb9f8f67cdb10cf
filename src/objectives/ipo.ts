import * as tf from "@tensorflow/tfjs-core";
import { above, type Checks, checkOptions, flag } from "../core/options";
import { lead } from "./dpo";
import { listMean, perToken, sumInLists } from "./list-rows";
import type { Objective } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface IpoOptions {
  /** How near the policy stays to the reference: the lead of the better response goes to 1 / (2 τ). Default 0.1. */
  tau?: number;
  /** Mean instead of sum over the tokens of a response, as TRL's IPO has it. Default false, the paper's. */
  lengthNormalized?: boolean;
}

const ipoChecks: Checks<IpoOptions> = { tau: above(0), lengthNormalized: flag };

/**
 * Identity preference optimization (Azar et al. 2023, arXiv:2310.12036, eq. 17): the mean over pairs, better response
 * first, of
 *
 *     (ℓ_better − ℓ_worse − 1 / (2 τ))²,   ℓ = Σ_t log π(a_t) − log ρ(a_t)
 *
 * Errors: an option out of its range; a batch without listSize 2, or without a reference (its logits or its
 * log-probabilities).
 */
export function ipo(options: IpoOptions = {}): Objective & Required<IpoOptions> {
  checkOptions("ipo", options, ipoChecks);
  const { tau = 0.1, lengthNormalized = false } = options;
  return {
    name: "ipo",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: ["listSize", "referenceLogProbability_BT"],
    weight: 1,
    tau,
    lengthNormalized,
    loss: batch =>
      tf.tidy(() => {
        const ratio_BT = referenceRatio("ipo", batch);
        const ratio_N2 = sumInLists("ipo", batch, lengthNormalized ? perToken(ratio_BT, batch.mask_BT) : ratio_BT, 2);
        return listMean(tf.square(tf.sub(lead(ratio_N2), 1 / (2 * tau)) as tf.Tensor1D), batch.mask_BT);
      }),
  };
}
