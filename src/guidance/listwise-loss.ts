import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { constant, lookUp } from "../core/gradients";
import { above, atLeast, between, type Checks, checkOptions, finite, listOf, tensor } from "../core/options";
import { plackettLuceNll } from "../core/plackett-luce";
import { checkAxes } from "../core/shapes";
import { tieOrders } from "./tie-orders";

/** Form of the listwise loss. */
export interface ListwiseOptions {
  /**
   * Columns of every row, best first, whole numbers [N,K]; −1 where a list has no more. Default: the scores are given
   * best first.
   */
  order_NK?: tf.Tensor2D;
  /** Instead of an order: rank of every column, 1 the best. Of equal ranks all orders count alike: their mean loss. */
  ranks?: readonly (readonly number[])[];
  /**
   * 1 where a list has a candidate, 0 where it is shorter than others; in the columns of the scores. Default: all are
   * full.
   */
  mask_NK?: tf.Tensor2D;
  /** Scores are divided by it. Default 1. */
  temperature?: number;
  /** By how much each candidate is to beat every later one, after the division. Default 0. */
  margin?: number;
  /**
   * By how much each candidate is to be behind the best of its list, after the division, [N,K] in the columns of the
   * scores: a margin for each pair. A constant. Default: all 0.
   */
  behind_NK?: tf.Tensor2D;
  /** The share of lists taken to be the wrong way round, 0 to 1. Default 0. */
  labelSmoothing?: number;
  /**
   * Added inside the logarithm, after the largest score of the row is subtracted. The authors' code has 1e-10, which
   * reverses the gradient of a well-ordered pair beyond a gap of 11.5. Default 0, the exact likelihood.
   */
  eps?: number;
}

export const listwiseChecks: Checks<ListwiseOptions> = {
  order_NK: tensor,
  ranks: listOf(listOf(finite)),
  mask_NK: tensor,
  temperature: above(0),
  margin: finite,
  behind_NK: tensor,
  labelSmoothing: between(0, 1),
  eps: atLeast(0),
};

/**
 * Negative log-likelihood of the preferred order under Plackett–Luce (ListMLE), mean over the N lists:
 *
 *     Σ_k [ log(exp(s_k) + Σ_{j > k} exp(s_j + margin)) − s_k ],   s = scores / temperature, best first
 *
 * With K = 2 it is Bradley–Terry: −log σ(s_1 − s_2 − margin). `behind_NK` b is added to s, so that each candidate's
 * margin over a later one is b_j − b_k (for pairs the offset of ODPO: Amini et al. 2024, arXiv:2402.10571). With
 * `labelSmoothing` q it is (1 − q) · that + q · the same of the reversed list, its margins negated; for pairs
 * −(1 − q) log σ(h) − q log σ(−h), as in conservative DPO (Mitchell 2023). Gradients go to scores_NK; columns without
 * a candidate never count.
 *
 * Errors: an option out of its range; an order and ranks together; a list without a candidate; more than 720 orders of
 * a list's equal ranks.
 */
export function listwiseLoss(scores_NK: tf.Tensor2D, options: ListwiseOptions = {}): tf.Scalar {
  checkOptions("listwiseLoss", options, listwiseChecks);
  const { order_NK, ranks, mask_NK, behind_NK, temperature = 1, margin = 0, labelSmoothing = 0, eps = 0 } = options;
  const { N } = checkAxes("listwiseLoss", {
    scores_NK,
    ...(order_NK && { order_NK }),
    ...(mask_NK && { mask_NK }),
    ...(behind_NK && { behind_NK }),
  });
  if (order_NK && ranks) fail("listwiseLoss", "it has an order and ranks", "Give one of them.");
  if (mask_NK) checkNoEmptyList(mask_NK);
  return tf.tidy(() => {
    const divided_NK = temperature === 1 ? scores_NK : (tf.div(scores_NK, temperature) as tf.Tensor2D);
    const scaled_NK = behind_NK ? (tf.add(divided_NK, constant(behind_NK)) as tf.Tensor2D) : divided_NK;
    const nll = (s_NK: tf.Tensor2D, mask_NK?: tf.Tensor2D): tf.Tensor1D => {
      const right_N = plackettLuceNll(s_NK, { mask_NK, margin, eps });
      if (labelSmoothing === 0) return right_N;
      const reversed = (x_NK: tf.Tensor2D) => tf.reverse(x_NK, 1);
      const wrong = { mask_NK: mask_NK && reversed(mask_NK), margin: -margin, eps };
      const wrong_N = plackettLuceNll(reversed(s_NK), wrong);
      return tf.add(tf.mul(1 - labelSmoothing, right_N), tf.mul(labelSmoothing, wrong_N));
    };
    if (ranks) {
      const { lists, columns_MK, weights } = allOrders(scores_NK, ranks);
      const rows = (x_NK: tf.Tensor2D) => inOrder(lookUp(x_NK, tf.tensor1d(lists, "int32")), columns_MK);
      const nll_M = nll(rows(scaled_NK), mask_NK && rows(mask_NK));
      return tf.div(tf.sum(tf.mul(nll_M, tf.tensor1d(weights))), N) as tf.Scalar;
    }
    const sorted = (x_NK: tf.Tensor2D) => (order_NK ? inOrder(x_NK, order_NK) : x_NK);
    const sorted_NK = mask_NK ? sorted(mask_NK) : order_NK && namedColumns(order_NK);
    return tf.mean(nll(sorted(scaled_NK), sorted_NK)) as tf.Scalar;
  });
}

/** Each row's numbers in the order of the given columns; 0 for column −1. */
function inOrder(x_NK: tf.Tensor, order_NK: tf.Tensor2D): tf.Tensor2D {
  const K = x_NK.shape[1]!;
  // A masked sum, because the gradient of a batched gather is wrong in tfjs.
  const chosen_NKK = tf.equal(tf.expandDims(tf.cast(order_NK, "int32"), 2), tf.range(0, K, 1, "int32"));
  return tf.sum(tf.where(chosen_NKK, tf.expandDims(x_NK, 1), 0), 2);
}

/** 1 where an order names a column; undefined where it does so everywhere. Errors: a list without a candidate. */
function namedColumns(order_NK: tf.Tensor2D): tf.Tensor2D | undefined {
  if (order_NK.dataSync().every(column => column >= 0)) return undefined;
  const named_NK = tf.cast(tf.greaterEqual(order_NK, 0), "float32") as tf.Tensor2D;
  checkNoEmptyList(named_NK);
  return named_NK;
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
