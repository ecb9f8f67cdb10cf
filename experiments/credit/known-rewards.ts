// Token credit where the reward of each token is known: how fast does a policy learn from scores of whole sequences, by
// what gives its tokens credit?

import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../../src/backend/adamw";
import { above, type Checks, checkOptions, integer, listOf, oneOf, required } from "../../src/core/options";
import { type Rng, seeded } from "../../src/core/random";
import { read } from "../../src/core/tidy";
import { standardized } from "../../src/credit/combined";
import type { Credit } from "../../src/credit/credit";
import { sequenceReward, tokenReward } from "../../src/credit/learned";
import { groupAdvantage } from "../../src/credit/scored";
import { sumTokens } from "../../src/guidance/aggregate";
import { noBound } from "../../src/guidance/bounds";
import type { LearnedGuidance } from "../../src/guidance/learn";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import { reinforce } from "../../src/objectives/reinforce";
import { evaluateTerms } from "../../src/objectives/terms";
import { seedCheck } from "../lib/checks";

/**
 * Ways to give credit: `group` is GRPO's advantage; `token` and `sequence` are learned from all sequences scored so
 * far, and until then the same as `group`; `oracle` are the true rewards.
 */
export const knownRewardMethods = {
  group: groupAdvantage(),
  token: standardized(tokenReward()),
  sequence: standardized(sequenceReward()),
  oracle: standardized(tokenReward()),
} as const satisfies Record<string, Credit>;
/** A way to give credit, by its name. */
export type KnownRewardMethod = keyof typeof knownRewardMethods;

/** Options of `knownRewardRun`. */
export interface KnownRewardOptions {
  method: KnownRewardMethod;
  /** Tokens of a sequence (T). */
  length: number;
  seed: number;
  learningRate: number;
  /** Distinct tokens (V). Default 20. */
  vocabulary?: number;
  /** Sequences of an update, all scored (B). Default 16. */
  batchSize?: number;
  /** Numbers of scored sequences after which the policy is measured; the last one ends the run. */
  measureAt: readonly number[];
  /** Numbers of scored sequences at which guidance is learned anew. Default 64, 128, 256, 512. */
  learnAt?: readonly number[];
}

const checks: Checks<KnownRewardOptions> = {
  method: required(oneOf(...Object.keys(knownRewardMethods))),
  length: required(integer(1)),
  seed: required(seedCheck),
  learningRate: required(above(0)),
  vocabulary: integer(2),
  batchSize: integer(2),
  measureAt: required(listOf(integer(1))),
  learnAt: listOf(integer(1)),
};

/** A policy after so many scored sequences. */
export interface KnownRewardRow {
  method: KnownRewardMethod;
  length: number;
  seed: number;
  learningRate: number;
  scored: number;
  /** Its expected score as a share of the best possible one. */
  score: number;
  /** KL of a whole sequence to the first policy, which is uniform, in nats. */
  kl: number;
  /** Spearman's ρ of guidance and score on held-out sequences when it was last learned; null without guidance. */
  agreement: number | null;
}

/**
 * Trains a table of logits [T,V] on its own samples. A sequence's score is the sum of its tokens' rewards, which are
 * normally distributed over the vocabulary. Methods differ in the credit alone: seeds give the same rewards, and the
 * same samples until guidance is first learned.
 *
 * Errors: those of `checkOptions`.
 */
export async function knownRewardRun(options: KnownRewardOptions): Promise<KnownRewardRow[]> {
  checkOptions("knownRewardRun", options, checks);
  const { method, length: T, seed, learningRate, vocabulary: V = 20, batchSize: B = 16 } = options;
  const { measureAt, learnAt = [64, 128, 256, 512] } = options;
  const rng = seeded(seed);
  const rewardRng = rng.split("rewards");
  const rewards = Float32Array.from({ length: V }, () => rewardRng.normal());
  const sampler = rng.split("policy");
  const logits_TV = tf.tidy(() => tf.variable(tf.zeros([T, V]) as tf.Tensor2D));
  const optimizer = adamW([logits_TV], { learningRate });
  const sequences: number[][] = [];
  const scores: number[] = [];
  const rows: KnownRewardRow[] = [];
  let guidance: LearnedGuidance | undefined;
  try {
    while (scores.length < Math.max(...measureAt)) {
      const ids = drawn(logits_TV, B, sampler);
      sequences.push(...ids);
      scores.push(...ids.map(own => own.reduce((sum, id) => sum + rewards[id], 0)));
      if ((method === "token" || method === "sequence") && learnAt.includes(scores.length)) {
        guidance?.dispose();
        guidance = await learned(sequences, scores, V, rng.split(`guidance ${scores.length}`));
      }
      update(ids, scores.slice(-B));
      if (measureAt.includes(scores.length)) {
        const agreement = guidance?.heldOutSpearman ?? null;
        rows.push({ method, length: T, seed, learningRate, scored: scores.length, ...measured(), agreement });
        await new Promise(setImmediate);
      }
    }
    return rows;
  } finally {
    guidance?.dispose();
    optimizer.dispose();
    logits_TV.dispose();
  }

  function update(ids: number[][], score: number[]): void {
    optimizer.minimize(() => {
      const [ids_BT, mask_BT] = [tf.tensor2d(ids, [B, T], "int32"), tf.ones([B, T]) as tf.Tensor2D];
      const known_BT = tf.reshape(tf.gather(tf.tensor1d(rewards), tf.reshape(ids_BT, [-1])), [B, T]) as tf.Tensor2D;
      const reward_BT = method === "oracle" ? known_BT : guidance?.rewards(oneHot(ids, V));
      const credit = reward_BT ? knownRewardMethods[method] : knownRewardMethods.group;
      // All sequences answer the same prompt, so the group is the batch.
      const credit_BT = credit.apply({ mask_BT, listSize: B, score_B: tf.tensor1d(score), reward_BT });
      const logits_BTV = tf.tile(tf.expandDims(logits_TV, 0), [B, 1, 1]) as tf.Tensor3D;
      const samples = { logits_BTV, ids_BT, mask_BT, reward_BT: credit_BT };
      return evaluateTerms([reinforce()], { samples }, 0).loss;
    });
  }

  /** Exactly, from the probabilities. */
  function measured(): { score: number; kl: number } {
    const best = T * Math.max(...rewards);
    const [score, kl] = read(() => {
      const [probability_TV, log_TV] = [tf.softmax(logits_TV), tf.logSoftmax(logits_TV)];
      const expected = tf.sum(tf.mul(probability_TV, tf.tensor1d(rewards)));
      return tf.stack([expected, tf.sum(tf.mul(probability_TV, tf.add(log_TV, Math.log(V))))]);
    });
    return { score: score / best, kl };
  }
}

function drawn(logits_TV: tf.Tensor2D, count: number, rng: Rng): number[][] {
  const probabilities = tf.tidy(() => tf.softmax(logits_TV).arraySync() as number[][]);
  return Array.from({ length: count }, () => probabilities.map(own => rng.categorical(own)));
}

const oneHot = (ids: number[][], V: number): tf.Tensor3D =>
  tf.tidy(
    () => tf.cast(tf.oneHot(tf.tensor2d(ids, [ids.length, ids[0].length], "int32"), V), "float32") as tf.Tensor3D,
  );

async function learned(sequences: number[][], scores: number[], V: number, rng: Rng): Promise<LearnedGuidance> {
  const features_NTD = oneHot(sequences, V);
  try {
    const model = { hidden: 32, inputNoise: 0, bound: noBound() };
    const lists = { listSize: 5, listsPerStep: 32, steps: 60, learningRate: 1e-2 };
    return await learnGuidance({ features_NTD, scores }, rng, { aggregate: sumTokens(), ...model, ...lists });
  } finally {
    features_NTD.dispose();
  }
}
