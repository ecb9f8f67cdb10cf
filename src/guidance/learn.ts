// Guidance learning: fit token rewards so that their aggregate orders whole sequences as the preferences do.

import * as tf from "@tensorflow/tfjs-core";
import { adamW, type Snapshot } from "../backend/adamw";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { spearman } from "../metrics/agreement";
import { drawLists } from "../preferences/lists";
import type { Aggregate } from "./aggregate";
import { type Bound, softplusBound } from "./bounds";
import { listwiseLoss } from "./listwise-loss";
import { createRewardModel, type Guidance } from "./reward-model";

export interface LearnOptions {
  aggregate: Aggregate;
  /** Candidates in a list (K), and lists in a step. Defaults 5 and 64, the paper's. */
  listSize?: number;
  lists?: number;
  /** Updates. Default 160. */
  steps?: number;
  /** Default 1e-3, and 0.1 of it as weight decay. */
  learningRate?: number;
  weightDecay?: number;
  /** Default: the paper's double softplus. */
  bound?: Bound;
  hidden?: number;
  /** Deviation of Gaussian noise on the standardised features, against over-fitting to few candidates. Default 0.3. */
  inputNoise?: number;
  /** Share of the candidates held out to choose the best step by. Default 1/6, at least 16. */
  heldOut?: number;
  /** Steps between looks at the held-out candidates. Default 20. */
  every?: number;
  /**
   * What a token is paid: its own reward, or the aggregate of its whole sequence, which is the bandit baseline.
   * Default "token".
   */
  credit?: "token" | "sequence";
}

/** Candidates with their scores and token features. */
export interface ScoredCandidates {
  scores: ArrayLike<number>;
  features_NTD: tf.Tensor3D;
}

export interface LearnedGuidance extends Guidance {
  /**
   * Standard deviation of the tokens' rewards over the candidates, each position less its mean: the unit in which training
   * weighs them.
   */
  spread: number;
  /** Spearman correlation of aggregate and score on held-out candidates, at the step that was kept. */
  heldOutSpearman: number;
  keptStep: number;
  /** Mean listwise loss of the last `every` steps. */
  loss: number;
  dispose(): void;
}

/**
 * Learns a reward model from scratch on lists drawn from the candidates and keeps the step that orders held-out candidates
 * best. The result is the caller's to dispose.
 *
 * Errors: too few candidates to hold some out and fill a list; a missing score; a score or a loss that is not a number.
 */
export async function learnGuidance(
  candidates: ScoredCandidates,
  rng: Rng,
  options: LearnOptions,
): Promise<LearnedGuidance> {
  const { aggregate, listSize = 5, lists = 64, steps = 160, learningRate = 1e-3, weightDecay = 0.1 } = options;
  const { bound = softplusBound(), hidden, inputNoise = 0.3, heldOut = 1 / 6, every = 20, credit = "token" } = options;
  const { scores, features_NTD } = candidates;
  const [N, T, D] = features_NTD.shape;
  const held = Math.max(Math.floor(N * heldOut), 16);
  if (scores.length !== N)
    fail("learnGuidance", `there are ${scores.length} scores for ${N} candidates`, "Score every candidate.");
  if (N - held < listSize)
    fail(
      "learnGuidance",
      `${N} candidates leave ${N - held} after ${held} are held out`,
      `Lists hold ${listSize}: score more.`,
    );

  const model = createRewardModel({ features_NTD, hidden, bound, rng: rng.split("reward model") });
  const optimizer = adamW(model.variables, { learningRate, weightDecay });
  const x_NTD = model.standardised(features_NTD);
  const noise = createNoise(lists * listSize * T * D, inputNoise, rng.split("noise"));
  const order = rng.split("held out").shuffled(Array.from({ length: N }, (_, i) => i));
  const [heldRows, rows] = [order.slice(0, held), order.slice(held)];
  const rowScores = rows.map(i => scores[i]);
  const listRng = rng.split("lists");
  const aggregated = (x_BTD: tf.Tensor3D, size: number) =>
    aggregate.apply(model.rewardsOf(x_BTD), tf.ones([x_BTD.shape[0], T]) as tf.Tensor2D, size);
  const atRows = (indices: ArrayLike<number>) =>
    tf.gather(x_NTD, tf.tensor1d(Array.from(indices), "int32")) as tf.Tensor3D;
  const heldScores = heldRows.map(i => scores[i]);
  const agreement = () =>
    spearman(
      read(() => aggregated(atRows(heldRows), 1)),
      heldScores,
    );

  let best: { spearman: number; step: number; snapshot?: Snapshot } = { spearman: Number.NEGATIVE_INFINITY, step: 0 };
  const losses: number[] = [];
  try {
    for (let step = 1; step <= steps; step++) {
      const members = drawLists(rowScores, { lists, listSize, rng: listRng }).map(i => rows[i]);
      const { loss } = optimizer.minimize(() => {
        const x_BTD = tf.add(atRows(members), noise.draw([members.length, T, D])) as tf.Tensor3D;
        return listwiseLoss(tf.reshape(aggregated(x_BTD, listSize), [lists, listSize]));
      });
      if (!Number.isFinite(loss))
        fail("learnGuidance", `the loss of step ${step} is ${loss}`, "Lower the learning rate.");
      losses.push(loss);
      if (step % every === 0 || step === steps) {
        const now = agreement();
        if (!(now <= best.spearman)) {
          tf.dispose(best.snapshot?.tensors ?? {});
          best = { spearman: now, step, snapshot: optimizer.snapshot() };
        }
        await new Promise(setImmediate);
      }
    }
    if (best.snapshot) optimizer.restore(best.snapshot);
    const rewards = (features_BTD: tf.Tensor3D) =>
      tf.tidy(() => {
        const own_BT = model.rewards(features_BTD);
        if (credit === "token") return own_BT;
        const whole_B = aggregate.apply(own_BT, tf.onesLike(own_BT), 1);
        return tf.tile(tf.expandDims(whole_B, 1), [1, T]) as tf.Tensor2D;
      });
    return {
      rewards,
      spread: positionSpread(rewards, features_NTD),
      heldOutSpearman: best.spearman,
      keptStep: best.step,
      loss: mean(losses.slice(-every)),
      dispose: model.dispose,
    };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    optimizer.dispose();
    tf.dispose([x_NTD, noise.pool, best.snapshot?.tensors ?? {}]);
  }
}

function positionSpread(rewards: Guidance["rewards"], features_NTD: tf.Tensor3D): number {
  const [spread] = read(() => {
    const r_NT = rewards(features_NTD);
    return tf.sqrt(tf.mean(tf.square(tf.sub(r_NT, tf.mean(r_NT, 0)))));
  });
  return Math.max(spread, 1e-6);
}

/**
 * Gaussian noise as windows of one pool: fresh normals for every step would cost more than the step. Windows of the pool
 * start at random places.
 */
function createNoise(size: number, deviation: number, rng: Rng) {
  const pool = tf.tensor1d(Float32Array.from({ length: 2 * size }, () => deviation * rng.normal()));
  return { pool, draw: (shape: number[]) => tf.reshape(tf.slice(pool, rng.integer(size), size), shape) };
}
