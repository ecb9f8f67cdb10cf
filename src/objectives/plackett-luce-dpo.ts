import * as tf from "@tensorflow/tfjs-core";
import { lengths } from "../core/masks";
import { above, type Checks, checkOptions } from "../core/options";
import { plackettLuceNll } from "../core/plackett-luce";
import { listMean, sumInLists } from "./list-rows";
import type { Objective } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface PlackettLuceDpoOptions {
  /** How much a log-ratio to the reference counts. Default 0.1. */
  beta?: number;
}

const plackettLuceDpoChecks: Checks<PlackettLuceDpoOptions> = { beta: above(0) };

/**
 * DPO for lists of any size, best first (Rafailov et al. 2023, appendix A.3): the mean over lists of the Plackett–Luce
 * negative log-likelihood of their order, with β (log π − log ρ) of the whole responses as scores. Lists of 2 are
 * `dpo`. A row without a token is no response, so shorter lists are padded with such rows.
 *
 * Errors: an option out of its range; a batch without listSize, or without a reference (its logits or its
 * log-probabilities).
 */
export function plackettLuceDpo(options: PlackettLuceDpoOptions = {}): Objective & Required<PlackettLuceDpoOptions> {
  checkOptions("plackettLuceDpo", options, plackettLuceDpoChecks);
  const { beta = 0.1 } = options;
  return {
    name: "plackettLuceDpo",
    on: "lists",
    reduction: "lists",
    needs: ["listSize", "referenceLogProbability_BT"],
    weight: 1,
    beta,
    loss: batch =>
      tf.tidy(() => {
        const ratio_NK = sumInLists("plackettLuceDpo", batch, referenceRatio("plackettLuceDpo", batch));
        const mask_NK = realResponses(batch.mask_BT, ratio_NK.shape[1]);
        return listMean(plackettLuceNll(tf.mul(beta, ratio_NK), { mask_NK }), batch.mask_BT);
      }),
  };
}

/**
 * 1 where a list has a response, [N,K]. A list without any counts nowhere; it is marked as full, to keep its loss
 * finite.
 */
function realResponses(mask_BT: tf.Tensor2D, K: number): tf.Tensor2D {
  const real_NK = tf.reshape(tf.cast(tf.greater(lengths(mask_BT), 0), "float32"), [-1, K]) as tf.Tensor2D;
  return tf.maximum(real_NK, tf.sub(1, tf.max(real_NK, 1, true)));
}
