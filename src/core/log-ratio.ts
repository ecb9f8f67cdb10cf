import * as tf from "@tensorflow/tfjs-core";
import { checkAxes } from "./shapes";

/**
 * KL(π ‖ ρ) = Σ_a π(a) (log π(a) − log ρ(a)) at every position, [B, T], where π and ρ are the softmax of the logits.
 * Without ρ it is the negative entropy Σ_a π(a) log π(a). Tokens of probability 0 (logit −∞) contribute 0.
 *
 * Gradient to logits_BTV: π (log π − log ρ − the value), times the incoming gradient. ρ is a constant.
 */
export function meanLogRatio(logits_BTV: tf.Tensor3D, referenceLogits_BTV?: tf.Tensor3D): tf.Tensor2D {
  checkAxes("meanLogRatio", referenceLogits_BTV ? { logits_BTV, referenceLogits_BTV } : { logits_BTV });
  return tf.customGrad<tf.Tensor2D>((logits, save) => {
    const logits_BTV = logits as tf.Tensor3D;
    const value_BT = tf.tidy(() => tf.sum(terms(logits_BTV, referenceLogits_BTV).weighted_BTV, -1)) as tf.Tensor2D;
    (save as tf.GradSaveFunc)(
      referenceLogits_BTV ? [logits_BTV, value_BT, referenceLogits_BTV] : [logits_BTV, value_BT],
    );
    return {
      value: value_BT,
      gradFunc: (d_BT, [logits_BTV, value_BT, reference_BTV]) => {
        const { probability_BTV, weighted_BTV } = terms(logits_BTV, reference_BTV);
        const centre_BTV = tf.mul(probability_BTV, tf.expandDims(value_BT, -1));
        return tf.mul(tf.sub(weighted_BTV, centre_BTV), tf.expandDims(d_BT, -1));
      },
    };
  })(logits_BTV);
}

/**
 * KL(ρ ‖ π) = Σ_a ρ(a) (log ρ(a) − log π(a)) at every position, [B, T], where ρ and π are the softmax of the logits.
 * Tokens of probability 0 under ρ contribute 0.
 *
 * Gradient to logits_BTV: π − ρ, times the incoming gradient. ρ is a constant.
 */
export function klFromReference(logits_BTV: tf.Tensor3D, referenceLogits_BTV: tf.Tensor3D): tf.Tensor2D {
  checkAxes("klFromReference", { logits_BTV, referenceLogits_BTV });
  return tf.customGrad<tf.Tensor2D>((logits, save) => {
    (save as tf.GradSaveFunc)([logits as tf.Tensor, referenceLogits_BTV]);
    return {
      value: tf.tidy(() => tf.sum(terms(referenceLogits_BTV, logits as tf.Tensor3D).weighted_BTV, -1)) as tf.Tensor2D,
      gradFunc: (d_BT, [logits_BTV, reference_BTV]) =>
        tf.mul(tf.sub(tf.softmax(logits_BTV), tf.softmax(reference_BTV)), tf.expandDims(d_BT, -1)),
    };
  })(logits_BTV);
}

/** π and π (log π − log ρ). */
function terms(logits_BTV: tf.Tensor, reference_BTV?: tf.Tensor) {
  return tf.tidy(() => {
    const logPolicy_BTV = tf.logSoftmax(logits_BTV);
    const probability_BTV = tf.exp(logPolicy_BTV);
    const ratio_BTV = reference_BTV ? tf.sub(logPolicy_BTV, tf.logSoftmax(reference_BTV)) : logPolicy_BTV;
    // 0·log 0 is 0, but computed as 0·(−∞) it would be NaN. A NaN in the logits remains.
    const weighted_BTV = tf.where(
      tf.equal(probability_BTV, 0),
      tf.zerosLike(ratio_BTV),
      tf.mul(probability_BTV, ratio_BTV),
    );
    return { probability_BTV, weighted_BTV };
  });
}
