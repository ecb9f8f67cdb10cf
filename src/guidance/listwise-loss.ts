import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import { checkAxes } from "../core/shapes";
import { tieOrders } from "./tie-orders";

export interface ListwiseOptions {
  /** Columns of every row, best first, whole numbers [N,K]; −1 where a list has no more. Default: the scores are given best first. */
  order_NK?: tf.Tensor2D;
  /** In the place of an order: rank of every column, 1 the best. Of equal ranks all orders count alike: their mean loss. */
  ranks?: readonly (readonly number[])[];
  /** 1 where a list has a candidate, 0 where it is shorter than others; in the columns of the scores. Default: all are full. */
  mask_NK?: tf.Tensor2D;
  /** Scores are divided by it. Default 1. */
  temperature?: number;
  /** By how much each candidate is to beat every later one, after the division. Default 0. */
  margin?: number;
  /**
   * Added inside the logarithm, after the largest score of the row is taken off. The authors' code has 1e-10, which
   * turns the gradient of a well-ordered pair around beyond a gap of 11.5. Default 0, the exact likelihood.
   */
  eps?: number;
}

/**
 * Negative log-likelihood of the preferred order under Plackett–Luce (ListMLE), mean over the N lists:
 *
 *     Σ_k [ log(exp(s_k) + Σ_{j > k} exp(s_j + margin)) − s_k ],   s = scores / temperature, best first
 *
 * With K = 2 it is Bradley–Terry: −log σ(s_1 − s_2 − margin). Gradients go to scores_NK; places without a candidate never count.
 *
 * Errors: an order and ranks together; a list without a candidate; more than 720 orders of a list's equal ranks.
 */
export function listwiseLoss(scores_NK: tf.Tensor2D, options: ListwiseOptions = {}): tf.Scalar {
  const { order_NK, ranks, mask_NK, temperature = 1, margin = 0, eps = 0 } = options;
  const { N } = checkAxes("listwiseLoss", {
    scores_NK,
    ...(order_NK && { order_NK }),
    ...(mask_NK && { mask_NK }),
  });
  if (!(temperature > 0)) fail("listwiseLoss", `the temperature is ${temperature}`, "Give one above 0.");
  if (order_NK && ranks) fail("listwiseLoss", "it has an order and ranks", "Give one of them.");
  if (mask_NK) checkNoEmptyList(mask_NK);
  return tf.tidy(() => {
    const scaled_NK = tf.div(scores_NK, temperature) as tf.Tensor2D;
    if (ranks) {
      const { lists, columns_MK, weights } = allOrders(scores_NK, ranks);
      const rows = (x_NK: tf.Tensor2D) => inOrder(lookUp(x_NK, tf.tensor1d(lists, "int32")), columns_MK);
      const nll_M = plackettLuce(rows(scaled_NK), mask_NK && rows(mask_NK), margin, eps);
      return tf.div(tf.sum(tf.mul(nll_M, tf.tensor1d(weights))), N) as tf.Scalar;
    }
    const sorted = (x_NK: tf.Tensor2D) => (order_NK ? inOrder(x_NK, order_NK) : x_NK);
    return tf.mean(plackettLuce(sorted(scaled_NK), mask_NK && sorted(mask_NK), margin, eps)) as tf.Scalar;
  });
}

/** Of each list [N], its scores best first. */
function plackettLuce(s_NK: tf.Tensor, mask_NK: tf.Tensor | undefined, margin: number, eps: number): tf.Tensor {
  const K = s_NK.shape[1]!;
  const row_K1 = tf.expandDims(tf.range(0, K), 1);
  const later_KK = tf.greater(tf.range(0, K), row_K1);
  const own_KK = tf.equal(tf.range(0, K), row_K1);
  const real_NK = mask_NK && tf.greater(mask_NK, 0);
  // A candidate is compared with itself and the real ones after it; one that is not there with itself alone, which costs 0.
  const compared = real_NK
    ? tf.logicalOr(own_KK, tf.logicalAnd(later_KK, tf.logicalAnd(tf.expandDims(real_NK, 1), tf.expandDims(real_NK, 2))))
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
  return tf.sum(real_NK ? tf.where(real_NK, nll_NK, tf.zerosLike(nll_NK)) : nll_NK, 1);
}

/** Each row's numbers in the order of the given columns; 0 for column −1. */
function inOrder(x_NK: tf.Tensor, order_NK: tf.Tensor2D): tf.Tensor {
  const K = x_NK.shape[1]!;
  // A masked sum, because the gradient of a batched gather is wrong in tfjs.
  const chosen_NKK = tf.equal(tf.expandDims(tf.cast(order_NK, "int32"), 2), tf.range(0, K, 1, "int32"));
  return tf.sum(tf.where(chosen_NKK, tf.expandDims(x_NK, 1), 0), 2);
}

/** One row for each order of each list, M of them; the rows of a list weigh 1 together. */
function allOrders(scores_NK: tf.Tensor2D, ranks: readonly (readonly number[])[]) {
  const [N, K] = scores_NK.shape;
  const wrong = ranks.findIndex(row => row.length !== K);
  if (ranks.length !== N || wrong >= 0)
    fail("listwiseLoss", `the ranks do not fit scores of shape [${N},${K}]`, "Give one for every score.");
  const orders = ranks.map(row => tieOrders(row));
  return {
    lists: orders.flatMap((own, n) => own.map(() => n)),
    columns_MK: tf.tensor2d(orders.flat(), undefined, "int32"),
    weights: orders.flatMap(own => own.map(() => 1 / own.length)),
  };
}

function checkNoEmptyList(mask_NK: tf.Tensor2D): void {
  const empty = tf.tidy(() => Array.from(tf.max(mask_NK, 1).dataSync())).findIndex(most => !(most > 0));
  if (empty >= 0) fail("listwiseLoss", `list ${empty} has no candidate`, "Drop it.");
}
