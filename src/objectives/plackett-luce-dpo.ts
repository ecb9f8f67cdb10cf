import * as tf from "@tensorflow/tfjs-core";
import { lengths } from "../core/masks";
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
 * negative log-likelihood of their order, with β (log π − log ρ) of the whole responses as scores. Lists of 2 are `dpo`. A
 * row without a token is no response: so shorter lists are filled up.
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
        const mask_NK = realResponses(batch.mask_BT, ratio_NK.shape[1]);
        return listMean(plackettLuceNll(tf.mul(beta, ratio_NK), { mask_NK }), batch.mask_BT);
      }),
  };
}

/** Where a list has a response, [N,K]; a list without any, which counts nowhere, is taken to be full. */
function realResponses(mask_BT: tf.Tensor2D, K: number): tf.Tensor2D {
  const real_NK = tf.reshape(tf.cast(tf.greater(lengths(mask_BT), 0), "float32"), [-1, K]) as tf.Tensor2D;
  return tf.maximum(real_NK, tf.sub(1, tf.max(real_NK, 1, true)));
}
