import * as tf from "@tensorflow/tfjs-core";
import { constant } from "../core/gradients";
import { checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { type ContrastiveOptions, contrastiveChecks, logOtherPartner, logPartner } from "./log-partner";
import { checkWeights } from "./weights";

/**
 * GenCo's contrastive self-training (Zhang et al. 2023, arXiv:2304.11872), texts against labels: with p_ij =
 * softmax_j(cos(query_i, key_j) / temperature), the mean over queries of −Σ_j t_ij log p_ij / Σ_j t_ij. The
 * pseudo-label weights t are constants of 0 or more; a query without weight counts as 0. Gradients go to queries and
 * keys.
 */
export function genco(
  query_BD: tf.Tensor2D,
  key_ND: tf.Tensor2D,
  target_BN: tf.Tensor2D,
  options: ContrastiveOptions = {},
): tf.Scalar {
  checkOptions("genco", options, contrastiveChecks);
  const { temperature = 1 } = options;
  checkAxes("genco", { query_BD, key_ND, target_BN });
  checkWeights("genco", "target_BN", target_BN);
  return tf.tidy(() => {
    const weight_BN = constant(target_BN);
    const crossed_B = tf.sum(tf.mul(weight_BN, logPartner(query_BD, key_ND, temperature)), 1);
    return tf.neg(tf.mean(tf.div(crossed_B, tf.add(tf.sum(weight_BN, 1), 1e-10)))) as tf.Scalar;
  });
}

/**
 * The same, texts against texts: the mean over all pairs (i, j), i ≠ j, marked above 0, of −log softmax_j over the
 * other texts. Gradients go to the queries. No pair gives NaN.
 */
export function gencoTexts(query_BD: tf.Tensor2D, mask_BB: tf.Tensor2D, options: ContrastiveOptions = {}): tf.Scalar {
  checkOptions("gencoTexts", options, contrastiveChecks);
  const { temperature = 1 } = options;
  checkAxes("gencoTexts", { query_BD, mask_BB });
  return tf.tidy(() => {
    const others_BB = tf.sub(1, tf.eye(mask_BB.shape[0])); // a text is no partner of its own, whatever the mask says
    const chosen_BB = tf.mul(tf.cast(tf.greater(mask_BB, 0), "float32"), others_BB);
    const crossed = tf.sum(tf.mul(chosen_BB, logOtherPartner(query_BD, temperature)));
    return tf.neg(tf.div(crossed, tf.sum(chosen_BB))) as tf.Scalar;
  });
}
