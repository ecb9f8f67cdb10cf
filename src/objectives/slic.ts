import * as tf from "@tensorflow/tfjs-core";
import { above, type Checks, checkOptions, flag } from "../core/options";
import { lead } from "./dpo";
import { listMean, perToken, sumInLists, tokenLogProbability } from "./list-rows";
import type { Objective } from "./objective";

export interface SlicOptions {
  /** The paper's δ: a pair whose better response is this far ahead has no loss. Default 1. */
  margin?: number;
  /** Mean instead of sum over the tokens of a response. Default false. */
  lengthNormalized?: boolean;
}

const slicChecks: Checks<SlicOptions> = { margin: above(0), lengthNormalized: flag };

/**
 * The rank calibration loss of SLiC-HF (Zhao et al. 2023, arXiv:2305.10425), which has no reference: the mean
 * over pairs, better response first, of
 *
 *     max(0, δ − p_better + p_worse),   p = Σ_t log π(a_t)
 *
 * Its other term, likelihood of the best responses, is `scaled(λ, mle())`.
 *
 * Errors: an option out of its range; a batch without listSize 2.
 */
export function slic(options: SlicOptions = {}): Objective & Required<SlicOptions> {
  checkOptions("slic", options, slicChecks);
  const { margin = 1, lengthNormalized = false } = options;
  return {
    name: "slic",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: ["listSize"],
    weight: 1,
    margin,
    lengthNormalized,
    loss: batch =>
      tf.tidy(() => {
        const token_BT = tokenLogProbability("slic", batch);
        const log_N2 = sumInLists("slic", batch, lengthNormalized ? perToken(token_BT, batch.mask_BT) : token_BT, 2);
        return listMean(tf.relu(tf.sub(margin, lead(log_N2)) as tf.Tensor1D), batch.mask_BT);
      }),
  };
}
