import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { checkAxes } from "../core/shapes";

export interface ListwiseOptions {
  /** Columns of every row, best first, whole numbers [N,K]. Default: the scores are given best first. */
  order_NK?: tf.Tensor2D;
  /** Scores are divided by it. Default 1. */
  temperature?: number;
  /**
   * Added inside the logarithm, after the largest score of the row is taken off. The authors' code has 1e-10, which
   * turns the gradient of a well-ordered pair around beyond a gap of 11.5. Default 0, the exact likelihood.
   */
  eps?: number;
}

/**
 * Negative log-likelihood of the preferred order under Plackett–Luce (ListMLE), mean over the N lists:
 *
 *     Σ_k [ log(Σ_{j ≥ k} exp(s_j)) − s_k ],   s = scores / temperature, best first
 *
 * With K = 2 it is Bradley–Terry: −log σ(s_1 − s_2). Gradients go to scores_NK.
 */
export function listwiseLoss(scores_NK: tf.Tensor2D, options: ListwiseOptions = {}): tf.Scalar {
  const { order_NK, temperature = 1, eps = 0 } = options;
  checkAxes("listwiseLoss", order_NK ? { scores_NK, order_NK } : { scores_NK });
  if (!(temperature > 0)) fail("listwiseLoss", `the temperature is ${temperature}`, "Give one above 0.");
  return tf.tidy(() => {
    const scaled_NK = tf.div(scores_NK, temperature);
    const sorted_NK = order_NK ? inOrder(scaled_NK, order_NK) : scaled_NK;
    const shifted_NK = tf.sub(sorted_NK, tf.max(sorted_NK, 1, true));
    const rest_NK =
      eps > 0
        ? tf.log(tf.add(tf.sum(fromEach(tf.exp(shifted_NK), 0), 2), eps))
        : tf.logSumExp(fromEach(shifted_NK, -Infinity), 2);
    return tf.mean(tf.sum(tf.sub(rest_NK, shifted_NK), 1)) as tf.Scalar;
  });
}

/** Each row's scores in the order of the given columns. */
function inOrder(scores_NK: tf.Tensor, order_NK: tf.Tensor2D): tf.Tensor {
  const K = scores_NK.shape[1]!;
  // A masked sum, because the gradient of a batched gather is wrong in tfjs.
  const chosen_NKK = tf.equal(tf.expandDims(tf.cast(order_NK, "int32"), 2), tf.range(0, K, 1, "int32"));
  return tf.sum(tf.where(chosen_NKK, tf.expandDims(scores_NK, 1), 0), 2);
}

/** For every k the scores from k on, [N,K,K]; `before` in the place of the earlier ones. */
function fromEach(x_NK: tf.Tensor, before: number): tf.Tensor {
  const K = x_NK.shape[1]!;
  const later_KK = tf.greaterEqual(tf.range(0, K), tf.expandDims(tf.range(0, K), 1));
  return tf.where(later_KK, tf.expandDims(x_NK, 1), before);
}
