import * as tf from "@tensorflow/tfjs-core";
import { above, atLeast, type Checks, checkOptions } from "../core/options";
import { lead, pairNll } from "./dpo";
import { listMean, perToken, sumInLists, tokenLogProbability } from "./list-rows";
import type { Objective } from "./objective";

export interface SimpoOptions {
  /** How much a mean log-probability counts. Default 2. */
  beta?: number;
  /** The paper's γ: how far the better response has to be ahead. Default 0.5. */
  margin?: number;
}

const simpoChecks: Checks<SimpoOptions> = { beta: above(0), margin: atLeast(0) };

/**
 * Simple preference optimization (Meng et al. 2024, arXiv:2405.14734, eq. 6), which has no reference: the mean over
 * pairs, better response first, of
 *
 *     −log σ(β (p_better − p_worse) − γ),   p = mean over the response's tokens of log π(a_t)
 *
 * Errors: an option out of its range; a batch without listSize 2.
 */
export function simpo(options: SimpoOptions = {}): Objective & Required<SimpoOptions> {
  checkOptions("simpo", options, simpoChecks);
  const { beta = 2, margin = 0.5 } = options;
  return {
    name: "simpo",
    on: "lists",
    reduction: "lists",
    pairs: true,
    needs: ["listSize"],
    weight: 1,
    beta,
    margin,
    loss: batch =>
      tf.tidy(() => {
        const mean_N2 = sumInLists("simpo", batch, perToken(tokenLogProbability("simpo", batch), batch.mask_BT), 2);
        return listMean(pairNll(tf.sub(tf.mul(beta, lead(mean_N2)), margin)), batch.mask_BT);
      }),
  };
}
