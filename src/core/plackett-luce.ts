import * as tf from "@tensorflow/tfjs-core";

export interface PlackettLuceOptions {
  /** 1 where a list has a candidate, 0 where it is shorter than others; at least one a list. Default: all are full. */
  mask_NK?: tf.Tensor2D;
  /** By how much each candidate is to beat every later one. Default 0. */
  margin?: number;
  /** Added inside the logarithm, after the largest score of the row is taken off. Default 0. */
  eps?: number;
}

/**
 * Negative log-likelihood of lists under Plackett–Luce, [N], scores best first:
 *
 *     Σ_k [ log(exp(s_k) + Σ_{j > k} exp(s_j + margin)) − s_k ]
 *
 * With K = 2 it is −log σ(s_1 − s_2 − margin). Gradients go to the scores; places without a candidate never count.
 */
export function plackettLuceNll(s_NK: tf.Tensor2D, options: PlackettLuceOptions = {}): tf.Tensor1D {
  const { mask_NK, margin = 0, eps = 0 } = options;
  return tf.tidy(() => {
    const K = s_NK.shape[1];
    const row_K1 = tf.expandDims(tf.range(0, K), 1);
    const later_KK = tf.greater(tf.range(0, K), row_K1);
    const own_KK = tf.equal(tf.range(0, K), row_K1);
    const real_NK = mask_NK && tf.greater(mask_NK, 0);
    // A candidate is compared with itself and the real ones after it; one that is not there with itself alone, which costs 0.
    const compared = real_NK
      ? tf.logicalOr(own_KK, tf.logicalAnd(later_KK, pairs(real_NK)))
      : tf.logicalOr(own_KK, later_KK);
    const finite_NK = real_NK ? tf.where(real_NK, s_NK, tf.zerosLike(s_NK)) : s_NK;
    const largest_N1 = tf.max(real_NK ? tf.where(real_NK, s_NK, -Infinity) : s_NK, 1, true);
    const shifted_NK = tf.sub(finite_NK, largest_N1);
    const against_N1K = tf.expandDims(shifted_NK, 1);
    const against = margin === 0 ? against_N1K : tf.add(against_N1K, tf.mul(margin, tf.cast(later_KK, "float32")));
    const rest_NK =
      eps > 0
        ? tf.log(tf.add(tf.sum(tf.where(compared, tf.exp(against), 0), 2), eps))
        : tf.logSumExp(tf.where(compared, against, -Infinity), 2);
    const nll_NK = tf.sub(rest_NK, shifted_NK);
    return tf.sum(real_NK ? tf.where(real_NK, nll_NK, tf.zerosLike(nll_NK)) : nll_NK, 1) as tf.Tensor1D;
  });
}

/** Where both the row and the column of a list are real, [N,K,K]. */
const pairs = (real_NK: tf.Tensor): tf.Tensor => tf.logicalAnd(tf.expandDims(real_NK, 1), tf.expandDims(real_NK, 2));
