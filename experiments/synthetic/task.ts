// A task with known token rewards: which aggregation recovers them from the order of whole sequences alone?

import * as tf from "@tensorflow/tfjs-core";
import { type Checks, checkOptions, integer, listOf, oneOf, randomness, required } from "../../src/core/options";
import { type Rng, seeded } from "../../src/core/random";
import { read } from "../../src/core/tidy";
import { type Aggregate, softMaxTokens, softMinTokens, sumTokens } from "../../src/guidance/aggregate";
import { noBound } from "../../src/guidance/bounds";
import type { LearnedGuidance, LearnOptions } from "../../src/guidance/learn";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import { spearman } from "../../src/metrics/agreement";
import type { RankedLists } from "../../src/preferences/lists";

/** The true score of a sequence by its tokens' rewards: their sum, minimum or maximum. */
export const sequenceScores = {
  sum: (rewards: readonly number[]) => rewards.reduce((sum, reward) => sum + reward, 0),
  min: (rewards: readonly number[]) => Math.min(...rewards),
  max: (rewards: readonly number[]) => Math.max(...rewards),
};
/** How true scores follow from token rewards. */
export type Truth = keyof typeof sequenceScores;

/**
 * The aggregation that matches each truth; soft ones at a small temperature, since a single token decides the score.
 */
export const matchingAggregate: Record<Truth, Aggregate> = {
  sum: sumTokens(),
  min: softMinTokens({ temperature: 0.1 }),
  max: softMaxTokens({ temperature: 0.1 }),
};

export interface SyntheticOptions {
  /** How the true score of a sequence follows from its tokens' rewards. */
  truth: Truth;
  /** Number of ranked lists, which share no sequence. */
  lists: number;
  /** Sequences in a list (K). Default 5. */
  listSize?: number;
  /** Number of distinct tokens (V). Default 100. */
  vocabulary?: number;
  /** Length of a sequence (T). Default 5. */
  tokens?: number;
  rng: Rng;
}

const syntheticChecks: Checks<SyntheticOptions> = {
  truth: required(oneOf("sum", "min", "max")),
  lists: required(integer(1)),
  listSize: integer(2),
  vocabulary: integer(1),
  tokens: integer(1),
  rng: required(randomness),
};

/** Ranked lists of sequences, and the token rewards that they were ranked by. */
export interface SyntheticTask {
  /** True reward of each token, normally distributed, [V]. */
  rewards: number[];
  /** Token ids of the sequences, drawn uniformly, [N][T]. */
  sequences: number[][];
  /** Lists of sequences by number, best first. */
  lists: RankedLists;
}

/**
 * Draws true rewards and lists of random sequences, ranked by their true scores; equal scores share a rank.
 *
 * Errors: those of `checkOptions`.
 */
export function syntheticTask(options: SyntheticOptions): SyntheticTask {
  checkOptions("syntheticTask", options, syntheticChecks);
  const { truth, lists, listSize = 5, vocabulary = 100, tokens = 5, rng } = options;
  const [rewardRng, sequenceRng] = [rng.split("rewards"), rng.split("sequences")];
  const rewards = Array.from({ length: vocabulary }, () => rewardRng.normal());
  const sequences = Array.from({ length: lists * listSize }, () =>
    Array.from({ length: tokens }, () => sequenceRng.integer(vocabulary)),
  );
  const scores = sequences.map(ids => sequenceScores[truth](ids.map(id => rewards[id])));
  const [order, ranks] = [new Int32Array(sequences.length), new Int32Array(sequences.length)];
  for (let start = 0; start < sequences.length; start += listSize) {
    const members = Array.from({ length: listSize }, (_, k) => start + k).sort((a, b) => scores[b] - scores[a]);
    order.set(members, start);
    ranks.set(
      members.map(n => 1 + members.findIndex(other => scores[other] === scores[n])),
      start,
    );
  }
  const starts = Int32Array.from({ length: lists + 1 }, (_, n) => n * listSize);
  return {
    rewards,
    sequences,
    lists: { order, ranks, starts, groups: Int32Array.from({ length: lists }, (_, n) => n) },
  };
}

/** One-hot features of tokens, [N,T,V]. Dispose after use. */
const tokenFeatures = (sequences: readonly (readonly number[])[], vocabulary: number): tf.Tensor3D =>
  tf.tidy(() => {
    const ids_NT = tf.tensor2d(
      sequences.map(ids => [...ids]),
      undefined,
      "int32",
    );
    // Cast, because oneHot of tfjs-backend-wasm 4.22 writes integers as if they were float32.
    return tf.cast(tf.oneHot(ids_NT, vocabulary), "float32") as tf.Tensor3D;
  });

/** What `recoverRewards` found. */
export interface Recovery {
  /** Spearman's ρ of learned and true rewards over the vocabulary. */
  spearman: number;
  /** Learned reward of each token, [V]. */
  learned: Float32Array;
  /** Measurements of the learned guidance, without its tensors. */
  guidance: Omit<LearnedGuidance, "rewards" | "tensors" | "dispose">;
}

/**
 * Learns token rewards from the lists of a task and compares them with the true ones. The defaults of `options`, apart
 * from the aggregate, differ from those of `learnGuidance`: 300 steps of AdamW (3e-3, decay 0.1), a hidden layer of 64,
 * no noise and no bound.
 *
 * Errors: those of `learnGuidance`.
 */
export async function recoverRewards(task: SyntheticTask, rng: Rng, options: LearnOptions): Promise<Recovery> {
  const V = task.rewards.length;
  const features_NTD = tokenFeatures(task.sequences, V);
  try {
    const guidance = await learnGuidance({ features_NTD, lists: task.lists }, rng, {
      ...syntheticLearning,
      ...options,
    });
    const learned = read(() =>
      guidance.rewards(
        tokenFeatures(
          task.rewards.map((_, id) => [id]),
          V,
        ),
      ),
    );
    guidance.dispose();
    const { rewards: _, tensors: __, dispose: ___, ...measured } = guidance;
    return { spearman: spearman(learned, task.rewards), learned, guidance: measured };
  } finally {
    features_NTD.dispose();
  }
}

/**
 * Defaults of learning here. Rewards are unbounded, like the true ones: where a single token decides, the rewards of
 * deciding tokens need room above (or below) those of all others.
 */
const syntheticLearning = {
  steps: 300,
  learningRate: 3e-3,
  weightDecay: 0.1,
  inputNoise: 0,
  hidden: 64,
  bound: noBound(),
};

/** One run of `recoveryGrid`. */
export interface RecoveryRow {
  truth: Truth;
  aggregate: string;
  lists: number;
  seed: number;
  spearman: number;
  seconds: number;
}

export interface RecoveryGridOptions {
  /** Number of seeds: 0, 1, … Default 3. */
  seeds?: number;
  /** Numbers of lists to learn from. Default 50, 200 and 1000. */
  lists?: readonly number[];
  /** Steps of each learning. Default 300. */
  steps?: number;
}

const gridChecks: Checks<RecoveryGridOptions> = { seeds: integer(1), lists: listOf(integer(1)), steps: integer(1) };

/**
 * Recovers rewards for every truth by every aggregation of `matchingAggregate`, at every number of lists and with every
 * seed; yields a row for each run.
 *
 * Errors: those of `checkOptions`.
 */
export async function* recoveryGrid(options: RecoveryGridOptions = {}): AsyncGenerator<RecoveryRow> {
  checkOptions("recoveryGrid", options, gridChecks);
  const { seeds = 3, lists = [50, 200, 1000], steps = syntheticLearning.steps } = options;
  for (const count of lists)
    for (const truth of Object.keys(sequenceScores) as Truth[])
      for (const aggregate of Object.values(matchingAggregate))
        for (let seed = 0; seed < seeds; seed++) {
          const start = performance.now();
          const rng = seeded(seed);
          const task = syntheticTask({ truth, lists: count, rng: rng.split("task") });
          const { spearman } = await recoverRewards(task, rng.split("learning"), { aggregate, steps });
          const seconds = (performance.now() - start) / 1000;
          yield { truth, aggregate: aggregate.name, lists: count, seed, spearman, seconds };
        }
}
