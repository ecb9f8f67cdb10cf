// A task whose token rewards are known: which aggregation finds them again from the order of whole sequences alone?

import * as tf from "@tensorflow/tfjs-core";
import { type Rng, seeded } from "../../src/core/random";
import { read } from "../../src/core/tidy";
import { type Aggregate, softMaxTokens, softMinTokens, sumTokens } from "../../src/guidance/aggregate";
import { noBound } from "../../src/guidance/bounds";
import { type LearnedGuidance, type LearnOptions, learnGuidance } from "../../src/guidance/learn";
import { spearman } from "../../src/metrics/agreement";
import type { RankedLists } from "../../src/preferences/lists";

/** What a sequence is worth: the sum of its tokens' rewards, or the least or greatest of them. */
export const sequenceScores = {
  sum: (rewards: readonly number[]) => rewards.reduce((sum, reward) => sum + reward, 0),
  min: (rewards: readonly number[]) => Math.min(...rewards),
  max: (rewards: readonly number[]) => Math.max(...rewards),
};
export type Truth = keyof typeof sequenceScores;

/** The aggregation that suits each truth. Small temperatures, because only one token of a sequence decides. */
export const matchingAggregate: Record<Truth, Aggregate> = {
  sum: sumTokens(),
  min: softMinTokens({ temperature: 0.1 }),
  max: softMaxTokens({ temperature: 0.1 }),
};

export interface SyntheticOptions {
  truth: Truth;
  /** Ranked lists, each of K sequences of its own. */
  lists: number;
  /** Default 5. */
  listSize?: number;
  /** Tokens there are (V), default 100, and tokens in a sequence (T), default 5. */
  vocabulary?: number;
  tokens?: number;
  rng: Rng;
}

export interface SyntheticTask {
  /** True reward of each token, normally distributed, [V]. */
  rewards: number[];
  /** Token ids of the candidates, uniformly drawn, [N][T]. */
  sequences: number[][];
  lists: RankedLists;
}

/** Draws true rewards, and lists of random sequences in the order of what these are worth; equal ones share a rank. */
export function syntheticTask({
  truth,
  lists,
  listSize = 5,
  vocabulary = 100,
  tokens = 5,
  rng,
}: SyntheticOptions): SyntheticTask {
  const [rewardRng, sequenceRng] = [rng.split("rewards"), rng.split("sequences")];
  const rewards = Array.from({ length: vocabulary }, () => rewardRng.normal());
  const sequences = Array.from({ length: lists * listSize }, () =>
    Array.from({ length: tokens }, () => sequenceRng.integer(vocabulary)),
  );
  const worth = sequences.map(ids => sequenceScores[truth](ids.map(id => rewards[id])));
  const [order, ranks] = [new Int32Array(sequences.length), new Int32Array(sequences.length)];
  for (let start = 0; start < sequences.length; start += listSize) {
    const members = Array.from({ length: listSize }, (_, k) => start + k).sort((a, b) => worth[b] - worth[a]);
    order.set(members, start);
    ranks.set(
      members.map(n => 1 + members.findIndex(other => worth[other] === worth[n])),
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

/** Features of tokens that say no more than which token it is: 1 in its own place, [N,T,V]. Dispose after use. */
export const tokenFeatures = (sequences: readonly (readonly number[])[], vocabulary: number): tf.Tensor3D =>
  tf.tidy(() => {
    const ids_NT = tf.tensor2d(
      sequences.map(ids => [...ids]),
      undefined,
      "int32",
    );
    // Cast, because oneHot of tfjs-backend-wasm 4.22 writes the bits of whole numbers into float32.
    return tf.cast(tf.oneHot(ids_NT, vocabulary), "float32") as tf.Tensor3D;
  });

export interface Recovery {
  /** Spearman correlation of learned and true rewards over the vocabulary. */
  spearman: number;
  /** The reward that was learned for each token, [V]. */
  learned: Float32Array;
  guidance: Omit<LearnedGuidance, "rewards" | "tensors" | "dispose">;
}

/** Learns token rewards from a task's lists and compares them with the true ones. Options beside the aggregate have defaults of their own. */
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
 * What learning is by here, unless told. Rewards have no bound, as the true ones have none: where one token decides, those that do need
 * room above (or below) the many that do not.
 */
const syntheticLearning = {
  steps: 300,
  learningRate: 3e-3,
  weightDecay: 0.1,
  inputNoise: 0,
  hidden: 64,
  bound: noBound(),
};

export interface RecoveryRow {
  truth: Truth;
  aggregate: string;
  lists: number;
  seed: number;
  spearman: number;
  seconds: number;
}

/** Runs every truth with every aggregate, for each number of lists and for seeds 0, 1, …: one row per run. */
export async function* recoveryGrid({
  seeds = 3,
  lists = [50, 200, 1000],
  steps = syntheticLearning.steps,
} = {}): AsyncGenerator<RecoveryRow> {
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
