import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { constant } from "../core/gradients";
import { masked } from "../core/masks";
import { checkAxes } from "../core/shapes";
import { required, type TokenBatch } from "./objective";

/**
 * log π(a_t) − log ρ(a_t) of each response token, [B,T], 0 at padding; ρ is the reference LM, a constant, by its
 * log-probabilities or else its logits. Errors: the batch has neither.
 */
export function referenceRatio(where: string, batch: TokenBatch): tf.Tensor2D {
  const { logits_BTV, ids_BT, mask_BT, referenceLogits_BTV } = batch;
  checkAxes(where, { logits_BTV, ids_BT, mask_BT });
  return tf.tidy(() => {
    let reference_BT = batch.referenceLogProbability_BT;
    if (!reference_BT && referenceLogits_BTV) reference_BT = tf.neg(tokenNll(referenceLogits_BTV, ids_BT));
    reference_BT ??= required(where, batch, "referenceLogProbability_BT");
    checkAxes(where, { mask_BT, referenceLogProbability_BT: reference_BT });
    const ratio_BT = tf.neg(tf.add(tokenNll(logits_BTV, ids_BT), constant(reference_BT)));
    return masked(ratio_BT as tf.Tensor2D, mask_BT);
  });
}
