import * as tf from "@tensorflow/tfjs-core";

/**
 * Negative log-likelihood of lists under Plackett–Luce, [N]: Σ_k [ log(Σ_{j ≥ k} exp(s_j)) − s_k ], scores best first.
 * With K = 2 it is −log σ(s_1 − s_2). A positive `eps` stands inside the logarithm, after the row's largest score is
 * taken off. Gradients go to the scores.
 */
export function plackettLuceNll(scores_NK: tf.Tensor2D, eps = 0): tf.Tensor1D {
  return tf.tidy(() => {
    const shifted_NK = tf.sub(scores_NK, tf.max(scores_NK, 1, true));
    const rest_NK =
      eps > 0
        ? tf.log(tf.add(tf.sum(fromEach(tf.exp(shifted_NK), 0), 2), eps))
        : tf.logSumExp(fromEach(shifted_NK, -Infinity), 2);
    return tf.sum(tf.sub(rest_NK, shifted_NK), 1);
  });
}

/** For every k the scores from k on, [N,K,K]; `before` in the place of the earlier ones. */
function fromEach(x_NK: tf.Tensor, before: number): tf.Tensor {
  const K = x_NK.shape[1]!;
  const later_KK = tf.greaterEqual(tf.range(0, K), tf.expandDims(tf.range(0, K), 1));
  return tf.where(later_KK, tf.expandDims(x_NK, 1), before);
}
