// Lists as they are drawn: candidates by their numbers, −1 where a list is shorter than others; and the loss of such
// lists.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import { read } from "../core/tidy";
import type { Aggregate } from "./aggregate";
import { type ListwiseOptions, listwiseLoss } from "./listwise-loss";
import { centering, squaredRewards } from "./penalties";

/** Rewards of candidates, by their numbers, to be fitted. */
export interface TokenRewards {
  variables: readonly tf.Variable[];
  /** [B,T] with gradients to the variables; noise and dropout only where `learning`. */
  rewards(candidates: readonly number[], learning: boolean): tf.Tensor2D;
  /** Tokens of each candidate, where they are known without its mask. */
  lengths?: ArrayLike<number>;
  /** [B,T]: which tokens count. */
  mask(candidates: readonly number[]): tf.Tensor2D;
}

export interface ListLoss {
  aggregate: Aggregate;
  listSize: number;
  loss?: ListwiseOptions;
  /** By how much each candidate is to be behind the best of its list. */
  behind?: Float32Array;
  centering?: number;
  rewardNorm?: number;
}

/** The candidates that were drawn, without the −1 of short lists, and the size of each list. */
export function drawnLists(drawn: Int32Array, listSize: number) {
  const candidates = Array.from(drawn).filter(candidate => candidate >= 0);
  const sizes = Array.from({ length: drawn.length / listSize }, (_, n) =>
    drawn.subarray(n * listSize, (n + 1) * listSize).reduce((size, candidate) => size + Number(candidate >= 0), 0),
  );
  return { candidates, sizes, full: candidates.length === drawn.length };
}

/** The loss of lists, [lists · listSize] candidates, best first, −1 where a list has no more. */
export function lossOfLists(
  model: TokenRewards,
  drawn: Int32Array,
  { aggregate, listSize, loss, behind, centering: centre = 0, rewardNorm = 0 }: ListLoss,
): tf.Scalar {
  const { candidates, sizes, full } = drawnLists(drawn, listSize);
  const shape: [number, number] = [drawn.length / listSize, listSize];
  const [reward_BT, mask_BT] = [model.rewards(candidates, true), model.mask(candidates)];
  const score_B = aggregate.apply(reward_BT, mask_BT, full ? listSize : sizes);
  const mask_NK = full ? undefined : (tf.reshape(tf.cast(tf.greaterEqual(drawn, 0), "float32"), shape) as tf.Tensor2D);
  const score_NK = full ? (tf.reshape(score_B, shape) as tf.Tensor2D) : inLists(score_B, drawn, listSize);
  const behind_NK = behind && tf.tensor2d(behind, shape);
  const terms: tf.Tensor[] = [listwiseLoss(score_NK, { ...loss, mask_NK, behind_NK })];
  if (centre > 0) terms.push(tf.mul(centre, centering(score_NK, mask_NK)));
  if (rewardNorm > 0) terms.push(tf.mul(rewardNorm, squaredRewards(reward_BT, mask_BT)));
  return terms.length === 1 ? (terms[0] as tf.Scalar) : (tf.addN(terms) as tf.Scalar);
}

/** The candidates' scores as padded lists, [N,K]; any score where a list is shorter. */
function inLists(score_B: tf.Tensor1D, drawn: Int32Array, listSize: number): tf.Tensor2D {
  let next = 0;
  const indices = Array.from(drawn, candidate => (candidate >= 0 ? next++ : 0));
  const rows = lookUp(tf.expandDims(score_B, 1) as tf.Tensor2D, tf.tensor1d(indices, "int32"));
  return tf.reshape(rows, [drawn.length / listSize, listSize]) as tf.Tensor2D;
}

/** The error that the loss of a step is not finite, with the first list that is to blame. */
export function diverged(
  where: string,
  model: TokenRewards,
  drawn: Int32Array,
  { aggregate, listSize, step, loss }: { aggregate: Aggregate; listSize: number; step: number; loss: number },
): never {
  const { candidates, sizes } = drawnLists(drawn, listSize);
  const scores = read(() => aggregate.apply(model.rewards(candidates, true), model.mask(candidates), sizes));
  const bad = candidates.filter((_, i) => !Number.isFinite(scores[i]));
  const list = Math.max(bad.length > 0 ? Math.floor(drawn.indexOf(bad[0]) / listSize) : 0, 0);
  const members = [...drawn.subarray(list * listSize, (list + 1) * listSize)].filter(candidate => candidate >= 0);
  const found = `${bad.length} of its ${scores.length} scores are not finite`;
  fail(
    where,
    `the loss of step ${step} is ${loss}; ${found}, the first in the list of candidates ${members}`,
    "Lower the learning rate, or correct the features of these candidates.",
  );
}
