import * as tf from "@tensorflow/tfjs-core";
import { plackettLuceNll } from "../core/plackett-luce";
import { listMean, sumInLists } from "./list-rows";
import type { Objective } from "./objective";
import { referenceRatio } from "./reference-ratio";

export interface PlackettLuceDpoOptions {
  /** How much a log-ratio to the reference counts. Default 0.1. */
  beta?: number;
}

/**
 * DPO for lists of any size, best first (Rafailov et al. 2023, appendix A.3): the mean over lists of the Plackett–Luce
 * negative log-likelihood of their order, with β (log π − log ρ) of the whole responses as scores. Lists of 2 are `dpo`.
 *
 * Errors: a batch without listSize, or without a reference (its logits or its log-probabilities).
 */
export function plackettLuceDpo({
  beta = 0.1,
}: PlackettLuceDpoOptions = {}): Objective & Required<PlackettLuceDpoOptions> {
  return {
    name: "plackettLuceDpo",
    on: "lists",
    weight: 1,
    beta,
    loss: batch =>
      tf.tidy(() => {
        const ratio_NK = sumInLists("plackettLuceDpo", batch, referenceRatio("plackettLuceDpo", batch));
        return listMean(plackettLuceNll(tf.mul(beta, ratio_NK)), batch.mask_BT);
      }),
  };
}
