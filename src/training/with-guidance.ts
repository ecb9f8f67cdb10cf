// The alternation: score fresh samples, learn token rewards from their order, train the LM with them, repeat.
// (Yang et al. 2023, Algorithm 1.)

import * as tf from "@tensorflow/tfjs-core";
import { adamW, type Snapshot } from "../backend/adamw";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { sampleFreshPrompts } from "../generation/sample-prompts";
import { type LearnedGuidance, type LearnOptions, learnGuidance } from "../guidance/learn";
import { spearman } from "../metrics/agreement";
import { type PromptPolicy, promptFeatures, promptIds } from "../models/prompt-policy";
import type { Objective } from "../objectives/objective";
import type { Score } from "../preferences/score";
import { updatePolicy } from "./update-policy";

/** One logged number, after `step` policy updates and `evaluations` prompts scored. */
export interface Row {
  step: number;
  evaluations: number;
  phase: "guidance" | "policy" | "samples";
  name: string;
  value: number;
}

export interface TrainOptions {
  policy: PromptPolicy;
  /** Ranks the policy's samples; this is the only supervision. */
  score: Score<readonly number[]>;
  learn: LearnOptions;
  /** Weighted by their schedules at round · updates + update, whether or not earlier rounds ended early. */
  objectives: readonly Objective[];
  /** Prompts scored before the first guidance. */
  initial: number;
  /** Rounds of learn – train – score. */
  rounds: number;
  /** Policy updates in a round, prompts sampled for each, and optimizer steps that share these. Default 1 minibatch. */
  updates: number;
  samples: number;
  minibatches?: number;
  /** Fresh distinct prompts scored after each round. */
  fresh: number;
  /** Rounds that start by relearning the guidance from all prompts scored so far; later ones keep the last. Default all. */
  relearnRounds?: number;
  /** Default 5e-4. */
  learningRate?: number;
  /** Unit of the token rewards in the objectives. Default "spread", so that one learning rate fits every guidance. */
  rewardUnit?: "spread" | "one";
  /**
   * A round ends early where the policy's entropy (nats a token) falls below this, and the policy goes back to the last state
   * above it. Default 0.4; 0 turns it off.
   */
  entropyFloor?: number;
  rng: Rng;
}

/** What training leaves behind, beside the trained policy. */
export interface Trained {
  /** Mean score of the samples by which the best policy was kept. */
  keptScore: number;
  keptRound: number;
  /** The last guidance learned; the caller's to dispose. */
  guidance: LearnedGuidance;
}

/**
 * Trains the policy's adaptor. Yields rows after every update and every phase; stop taking them and training stops there.
 * After each round the policy is judged by the mean score of its fresh samples, which are paid for anyway, and the policy of
 * the best round is in place at the end.
 *
 * Errors: those of `learnGuidance` and `updatePolicy`.
 */
export async function* trainWithGuidance(options: TrainOptions): AsyncGenerator<Row[], Trained> {
  const { policy, score, learn, objectives, rounds, updates, samples, fresh, rng } = options;
  const { learningRate = 5e-4, minibatches = 1, rewardUnit = "spread" } = options;
  const { entropyFloor = 0.4, relearnRounds = rounds } = options;
  if (rounds < 1 || relearnRounds < 1)
    fail("trainWithGuidance", `rounds is ${rounds}, relearnRounds ${relearnRounds}`, "Both are at least 1.");
  const optimizer = adamW(policy.adaptor.variables, { learningRate });
  const seen = new Set<string>();
  const pool: { prompts: number[][]; scores: number[] } = { prompts: [], scores: [] };
  let guidance: LearnedGuidance | undefined;
  let kept: { score: number; round: number; snapshot?: Snapshot } = { score: Number.NEGATIVE_INFINITY, round: -1 };
  const safe: Snapshot[] = []; // the states before the last two updates of a round
  const forget = () => tf.dispose(safe.splice(0).map(({ tensors }) => tensors));
  let step = 0;
  const row = (phase: Row["phase"], name: string, value: number): Row => ({
    step,
    evaluations: pool.scores.length,
    phase,
    name,
    value,
  });

  async function scoreFresh(count: number, sampling: Rng): Promise<Row[]> {
    const prompts = sampleFreshPrompts(policy, count, seen, sampling);
    if (prompts.length === 0) return [];
    const scores = [...(await score.apply(prompts.map(prompt => promptIds(policy, prompt))))];
    pool.prompts.push(...prompts);
    pool.scores.push(...scores);
    const rows = [row("samples", "score", mean(scores)), row("samples", "best score", Math.max(...pool.scores))];
    if (guidance && prompts.length > 1)
      rows.push(row("samples", "agreement", agreement(guidance, policy, prompts, scores)));
    return rows;
  }

  try {
    yield await scoreFresh(options.initial, rng.split("initial samples"));
    for (let round = 0; round < rounds; round++) {
      const streams = rng.split(`round ${round}`);
      if (round < relearnRounds) {
        guidance?.dispose();
        guidance = undefined;
        const features_NTD = promptFeatures(policy, pool.prompts);
        try {
          guidance = await learnGuidance({ scores: pool.scores, features_NTD }, streams.split("guidance"), learn);
        } finally {
          features_NTD.dispose();
        }
        yield [
          row("guidance", "listwise", guidance.loss),
          row("guidance", "held-out spearman", guidance.heldOutSpearman),
        ];
      }
      const sampling = streams.split("updates");
      for (let i = 0; i < updates; i++) {
        if (entropyFloor > 0) {
          safe.push(optimizer.snapshot());
          if (safe.length > 2) tf.dispose(safe.shift()!.tensors);
        }
        const done = updatePolicy({
          policy,
          optimizer,
          guidance: guidance!,
          objectives,
          samples,
          minibatches,
          rewardUnit,
          step: round * updates + i,
          rng: sampling,
        });
        step++;
        yield [
          row("policy", "loss", done.loss),
          row("policy", "reward", done.reward),
          row("policy", "entropy", done.entropy),
          ...Object.entries(done.terms).map(([name, value]) => row("policy", name, value)),
        ];
        // The entropy is that before the update: both this update and the one that led below the floor are undone.
        if (entropyFloor > 0 && done.entropy < entropyFloor) {
          optimizer.restore(safe[0]);
          break;
        }
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      forget();
      const rows = await scoreFresh(fresh, streams.split("fresh samples"));
      const value = rows.find(({ name }) => name === "score")?.value ?? Number.NEGATIVE_INFINITY;
      if (value > kept.score) {
        tf.dispose(kept.snapshot?.tensors ?? {});
        kept = { score: value, round, snapshot: optimizer.snapshot() };
      }
      yield rows;
    }
    if (kept.snapshot) optimizer.restore(kept.snapshot);
    const trained = { keptScore: kept.score, keptRound: kept.round, guidance: guidance! };
    guidance = undefined; // now the caller's
    return trained;
  } finally {
    guidance?.dispose();
    forget();
    tf.dispose(kept.snapshot?.tensors ?? {});
    optimizer.dispose();
  }
}

/** Spearman correlation of summed token rewards and scores on prompts the guidance has not learned from. */
function agreement(guidance: LearnedGuidance, policy: PromptPolicy, prompts: number[][], scores: number[]): number {
  const summed = read(() => tf.sum(guidance.rewards(promptFeatures(policy, prompts)), 1));
  return spearman(summed, scores);
}
