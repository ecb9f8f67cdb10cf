import * as tf from "@tensorflow/tfjs-core";
import { isLast, masked } from "../core/masks";
import { atLeast, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";

/** Samples with their scores, and how likely their tokens are under the policy and a reference LM. */
export interface ScoredSamples {
  logProbability_BT: tf.Tensor2D;
  referenceLogProbability_BT: tf.Tensor2D;
  score_B: tf.Tensor1D;
  mask_BT: tf.Tensor2D;
}

/**
 * The reward of each token where whole sequences are scored (Ziegler et al. 2019): −β (log π(a_t) − log ρ(a_t)), and
 * the score on top at the last token; [B,T], 0 at padding. Default β 0.1.
 */
export function klShapedReward(samples: ScoredSamples, options: { beta?: number } = {}): tf.Tensor2D {
  checkOptions("klShapedReward", options, { beta: atLeast(0) });
  const { beta = 0.1 } = options;
  const { logProbability_BT, referenceLogProbability_BT, score_B, mask_BT } = samples;
  const { B } = checkAxes("klShapedReward", { logProbability_BT, referenceLogProbability_BT, score_B, mask_BT });
  return tf.tidy(() => {
    const ratio_BT = tf.sub(logProbability_BT, referenceLogProbability_BT);
    const score_BT = tf.where(isLast(mask_BT), tf.reshape(score_B, [B, 1]), 0);
    return masked(tf.sub(score_BT, tf.mul(beta, ratio_BT)) as tf.Tensor2D, mask_BT);
  });
}
