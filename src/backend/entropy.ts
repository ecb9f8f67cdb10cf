// Entropy over the vocabulary, with one pass over the logits forward and one backward.

import * as tf from "@tensorflow/tfjs-core";
import { meanLogRatio } from "../core/log-ratio";
import { checkAxes } from "../core/shapes";
import { call, hasKernels } from "./call";

/**
 * Negative entropy Σ_a π(a) log π(a) at every position, [B, T], where π is the softmax of the logits. Tokens of
 * probability 0 (logit −∞) contribute 0. Gradient to logits_BTV: π (log π − the value), times the incoming gradient.
 */
export function negativeEntropies(logits_BTV: tf.Tensor3D): tf.Tensor2D {
  if (!hasKernels()) return meanLogRatio(logits_BTV);
  checkAxes("negativeEntropies", { logits_BTV });
  return tf.customGrad((logits, save) => {
    const [value_BT, max_BT, sum_BT] = call("TokenwiseEntropy", [logits as tf.Tensor], {}, 3);
    (save as tf.GradSaveFunc)([logits as tf.Tensor, value_BT, max_BT, sum_BT]);
    return { value: value_BT, gradFunc: (d_BT, saved) => call("TokenwiseEntropyGradient", [...saved, d_BT])[0] };
  })(logits_BTV) as tf.Tensor2D;
}
