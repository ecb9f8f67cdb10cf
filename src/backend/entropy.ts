// Entropy over the vocabulary in one pass over the logits forward, one back.

import * as tf from "@tensorflow/tfjs-core";
import { meanLogRatio } from "../core/log-ratio";
import { checkAxes } from "../core/shapes";
import { call, hasKernels } from "./call";

/**
 * Σ_a π(a) log π(a) at every position, [B,T], with π the softmax of the logits. Tokens of probability 0 (logit −∞) add nothing.
 * Gradient to the logits: π (log π − the value), times the incoming gradient.
 */
export function negativeEntropies(logits_BTV: tf.Tensor3D): tf.Tensor2D {
  if (!hasKernels()) return meanLogRatio(logits_BTV);
  const { B, T, V } = checkAxes("negativeEntropies", { logits_BTV });
  return tf.tidy(() => {
    const value_N = tf.customGrad((logits, save) => {
      const logits_NV = logits as tf.Tensor;
      const [value_N, max_N, sum_N] = call("TokenwiseEntropy", [logits_NV], {}, 3);
      (save as tf.GradSaveFunc)([logits_NV, value_N, max_N, sum_N]);
      return { value: value_N, gradFunc: (d_N, saved) => call("TokenwiseEntropyGradient", [...saved, d_N])[0] };
    })(tf.reshape(logits_BTV, [B * T, V]));
    return tf.reshape(value_N, [B, T]) as tf.Tensor2D;
  });
}
