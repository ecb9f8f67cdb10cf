// Guidance learning: fit token rewards so that their aggregate orders whole sequences as the preferences do.

import * as tf from "@tensorflow/tfjs-core";
import { noisyRows } from "../backend/noisy-rows";
import { fail } from "../core/errors";
import { masked } from "../core/masks";
import { atLeast, type Checks, integer, oneOf } from "../core/options";
import type { Rng } from "../core/random";
import { checkAxes } from "../core/shapes";
import { read } from "../core/tidy";
import type { RankedLists } from "../preferences/lists";
import { type Bound, boundCheck, softplusBound } from "./bounds";
import { type Fit, type FitOptions, fit, fitChecks, fitDefaults, type Preferences } from "./fit";
import { createRewardModel, type Guidance, restoreRewardModel } from "./reward-model";

export interface LearnOptions extends FitOptions {
  /** Default: the paper's double softplus. */
  bound?: Bound;
  /** Width of the hidden layer. Default 128. */
  hidden?: number;
  /** Std of Gaussian noise on the standardized features, against over-fitting to few candidates. Default 0.3. */
  inputNoise?: number;
  /** A token's reward is its own, or the aggregate of its whole sequence: the bandit baseline. Default "token". */
  credit?: "token" | "sequence";
}

export const learnChecks: Checks<LearnOptions> = {
  ...fitChecks,
  bound: boundCheck,
  hidden: integer(1),
  inputNoise: atLeast(0),
  credit: oneOf("token", "sequence"),
};

/** Token features of candidates. */
export interface CandidateFeatures {
  features_NTD: tf.Tensor3D;
  /** 1 at the tokens that count: the real ones, or the ends of segments; at least one a candidate. Default: all. */
  mask_NT?: tf.Tensor2D;
}

/** Candidates with a score each. */
export interface ScoredCandidates extends CandidateFeatures {
  scores: ArrayLike<number>;
}

/** Candidates with lists of their numbers, which `numberLists` makes of a table. */
export interface ListedCandidates extends CandidateFeatures {
  lists: RankedLists;
}

/** Token rewards of features, as they were learned, with the numbers of the fit. */
export interface LearnedGuidance extends Guidance, Fit {
  /**
   * Std of the tokens' rewards over the candidates, each position less its mean: the unit in which training weighs
   * them.
   */
  std: number;
  /** Its parameters by name, for a checkpoint. */
  tensors: Record<string, tf.Tensor>;
  dispose(): void;
}

/**
 * Learns a reward model from scratch, on frozen features, from scored candidates or from lists, and keeps the step that
 * orders the held-out part best (`fitRewards`). The result is the caller's to dispose.
 *
 * Errors: those of `fitRewards`; a missing score; a list with a candidate that is not there.
 */
export async function learnFromFeatures(
  candidates: ScoredCandidates | ListedCandidates,
  rng: Rng,
  options: LearnOptions,
): Promise<LearnedGuidance> {
  const {
    listsPerStep = fitDefaults.listsPerStep,
    listSize = fitDefaults.listSize,
    bound = softplusBound(),
    hidden,
    inputNoise = 0.3,
  } = options;
  const { features_NTD, mask_NT } = candidates;
  checkAxes("learnGuidance", { features_NTD, ...(mask_NT && { mask_NT }) });
  const preferences = preferencesOf(candidates);
  const [, T, D] = features_NTD.shape;

  const model = createRewardModel({ features_NTD, mask_NT, hidden, bound, rng: rng.split("reward model") });
  const x_NTD = tf.tidy(() => withoutPadding(model.standardized(features_NTD), mask_NT));
  const noise = createNoise(listsPerStep * listSize * T * D, inputNoise, rng.split("noise"));
  const rowsOf = <X extends tf.Tensor>(x: X, rows: readonly number[]) =>
    tf.gather(x, tf.tensor1d([...rows], "int32")) as X;
  try {
    const fitted = await fit(
      "learnGuidance",
      {
        variables: model.variables,
        rewards(rows, learning) {
          return model.rewardsOf(learning ? noisyRows(x_NTD, rows, noise.pool, noise.draw()) : rowsOf(x_NTD, rows));
        },
        mask: rows => (mask_NT ? rowsOf(mask_NT, rows) : (tf.ones([rows.length, T]) as tf.Tensor2D)),
      },
      preferences,
      rng,
      options,
    );
    const rewards = creditedRewards(model, options);
    const { tensors, dispose } = model;
    return { ...fitted, rewards, std: positionStd(rewards, candidates), tensors, dispose };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    tf.dispose([x_NTD, noise.pool]);
  }
}

/** A `LearnedGuidance` without its functions. */
export type SavedGuidance = Omit<LearnedGuidance, "rewards" | "dispose">;

/** The guidance that was learned with these options and saved; it takes copies of the tensors. Dispose after use. */
export function restoreGuidance({ tensors, ...measured }: SavedGuidance, options: LearnOptions): LearnedGuidance {
  const model = restoreRewardModel(tensors, options.bound ?? softplusBound());
  return { ...measured, rewards: creditedRewards(model, options), tensors: model.tensors, dispose: model.dispose };
}

/** Each token's own reward, or that of its sequence. */
export const creditedRewards =
  (model: Guidance, { aggregate, credit = "token" }: LearnOptions): Guidance["rewards"] =>
  (features_BTD, mask_BT) =>
    tf.tidy(() => {
      const own_BT = model.rewards(features_BTD);
      if (credit === "token") return own_BT;
      const whole_B = aggregate.apply(own_BT, mask_BT ?? tf.onesLike(own_BT), 1);
      return tf.tile(tf.expandDims(whole_B, 1), [1, own_BT.shape[1]]) as tf.Tensor2D;
    });

function preferencesOf(candidates: ScoredCandidates | ListedCandidates): Preferences {
  const N = candidates.features_NTD.shape[0];
  if ("lists" in candidates) {
    const beyond = candidates.lists.order.find(candidate => candidate >= N);
    if (beyond !== undefined)
      fail("learnGuidance", `a list holds candidate ${beyond} of ${N}`, "Give features of every candidate.");
    return candidates.lists;
  }
  if (candidates.scores.length !== N)
    fail("learnGuidance", `there are ${candidates.scores.length} scores for ${N} candidates`, "Score every candidate.");
  return candidates.scores;
}

/** Zeros in the padding, because 0 · NaN would make the gradients NaN. */
const withoutPadding = (x_NTD: tf.Tensor3D, mask_NT?: tf.Tensor2D): tf.Tensor3D =>
  mask_NT ? (tf.where(tf.greater(tf.expandDims(mask_NT, 2), 0), x_NTD, tf.zerosLike(x_NTD)) as tf.Tensor3D) : x_NTD;

function positionStd(rewards: Guidance["rewards"], { features_NTD, mask_NT }: CandidateFeatures): number {
  const [std] = read(() => {
    const r_NT = rewards(features_NTD, mask_NT);
    if (!mask_NT) return tf.sqrt(tf.mean(tf.square(tf.sub(r_NT, tf.mean(r_NT, 0)))));
    const real_NT = masked(r_NT, mask_NT);
    const mean_T = tf.div(tf.sum(real_NT, 0), tf.maximum(tf.sum(mask_NT, 0), 1));
    const off_NT = masked(tf.sub(real_NT, mean_T), mask_NT);
    return tf.sqrt(tf.div(tf.sum(tf.square(off_NT)), tf.sum(mask_NT)));
  });
  return Math.max(std, 1e-6);
}

/**
 * Gaussian noise as windows of one pool that start at random offsets: fresh normals for every step would cost more than
 * the step.
 */
export function createNoise(size: number, std: number, rng: Rng) {
  const pool = tf.tensor1d(Float32Array.from({ length: 2 * size }, () => std * rng.normal()));
  return { pool, draw: () => rng.integer(size) };
}
