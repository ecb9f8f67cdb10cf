// The alternation: score fresh samples, learn token rewards from their order, train the LM with them, repeat.
// (Yang et al. 2023, Algorithm 1.)

import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../../backend/adamw";
import { mean } from "../../core/mean";
import type { Rng } from "../../core/random";
import { read } from "../../core/tidy";
import { needWhole } from "../../core/whole";
import { sampleFreshPrompts } from "../../generation/sample-prompts";
import { type LearnedGuidance, type LearnOptions, learnGuidance } from "../../guidance/learn";
import { spearman } from "../../metrics/agreement";
import type { Objective } from "../../objectives/objective";
import { type PromptPolicy, promptFeatures, promptIds, promptText } from "../../policies/prompt-policy";
import { type Score, scoresOf } from "../../preferences/score";
import type { Completion } from "../completion";
import { createRecorder, type Interruptible } from "../recorder";
import { newSearch, recordSearch, restoreSearch } from "./search-state";
import { updatePromptPolicy } from "./update-prompt-policy";

/** One logged number, after `step` policy updates and `evaluations` prompts scored. */
export interface PromptRow {
  step: number;
  evaluations: number;
  phase: "guidance" | "policy" | "samples";
  name: string;
  value: number;
}

export interface PromptTraining extends Interruptible {
  policy: PromptPolicy;
  /** Ranks the policy's samples; this is the only supervision. */
  score: Score<readonly number[]>;
  learn: LearnOptions;
  /** Weighted by their schedules at round · updates + update, whether or not earlier rounds ended early. */
  objectives: readonly Objective[];
  /** Prompts scored before the first guidance. */
  initialSamples: number;
  /** Rounds of learn – train – score. */
  rounds: number;
  /** Policy updates in a round, prompts sampled for each, and optimizer steps that share these. Default 1 minibatch. */
  updates: number;
  samples: number;
  minibatches?: number;
  /** Fresh distinct prompts scored after each round. */
  freshSamples: number;
  /** Rounds that start by relearning the guidance from all prompts scored so far; later ones keep the last. Default all. */
  relearnRounds?: number;
  /** Default 5e-4. */
  learningRate?: number;
  /** Unit of the token rewards in the objectives. Default "std", so that one learning rate fits every guidance. */
  rewardUnit?: "std" | "one";
  /**
   * A round ends early where the policy's entropy (nats a token) falls below this, and the policy goes back to the last state
   * above it. Default 0.4; 0 turns it off.
   */
  entropyFloor?: number;
  /** Gets every prompt that is scored, for a run log's completions. */
  onSamples?: (completions: Completion[]) => void;
  rng: Rng;
}

/** What training leaves behind, beside the trained policy. */
export interface PromptTrained {
  /** Mean score of the samples by which the best policy was kept. */
  bestScore: number;
  bestRound: number;
  /** The last guidance learned; the caller's to dispose. */
  guidance: LearnedGuidance;
}

/**
 * Trains the policy's adaptor. Yields rows after every update and every phase; stop taking them and training stops there.
 * After each round the policy is judged by the mean score of its fresh samples, which are paid for anyway, and the policy of
 * the best round is in place at the end.
 *
 * With `checkpoint`, its state is written after every scoring of samples, every so many updates, and when it is stopped. Resumed
 * from there with the same options, LM and engine it gives the rows that an uninterrupted run gives, to the last bit.
 *
 * Errors: those of `learnGuidance` and `updatePromptPolicy`; a checkpoint of other options; a run's folder that holds checkpoints
 * when none is resumed.
 */
export async function* trainPromptPolicy(options: PromptTraining): AsyncGenerator<PromptRow[], PromptTrained> {
  const { policy, score, learn, objectives, rounds, updates, samples, freshSamples, rng } = options;
  const { learningRate = 5e-4, minibatches = 1, rewardUnit = "std" } = options;
  const { entropyFloor = 0.4, relearnRounds = rounds } = options;
  needWhole("trainPromptPolicy", {
    initial: options.initialSamples,
    rounds,
    relearnRounds,
    updates,
    samples,
    minibatches,
    freshSamples,
  });
  const { checkpoint, resume, signal, onSamples, ...plain } = options;
  const settings = {
    ...{ ...plain, learningRate, minibatches, rewardUnit, entropyFloor, relearnRounds, score: score.name },
    ...{ rng: rng.state().path, policy: { model: policy.model.name, candidates: policy.candidates } },
  };
  let search = newSearch();
  const recorder = createRecorder<PromptRow>("trainPromptPolicy", settings, options, () =>
    recordSearch(search, optimizer, policy),
  );
  const optimizer = adamW(policy.adaptor.variables, { learningRate });
  const forget = () => tf.dispose(search.safe.splice(0).map(({ tensors }) => tensors));
  const row = (phase: PromptRow["phase"], name: string, value: number): PromptRow => {
    const { step, scores } = search.place;
    return { step, evaluations: scores.length, phase, name, value };
  };
  const seen = new Set<string>();

  async function scoreFresh(count: number, sampling: Rng): Promise<PromptRow[]> {
    const { place, guidance } = search;
    const prompts = sampleFreshPrompts(policy, count, seen, sampling);
    if (prompts.length === 0) return [];
    const scores = await scoresOf(
      "trainPromptPolicy",
      score,
      prompts.map(prompt => promptIds(policy, prompt)),
    );
    place.prompts.push(...prompts);
    place.scores.push(...scores);
    if (onSamples) {
      onSamples(completionsOf(policy, guidance, prompts, scores, place.step));
      recorder.countCompletions(prompts.length);
    }
    const rows = [row("samples", "score", mean(scores)), row("samples", "best score", Math.max(...place.scores))];
    if (guidance && prompts.length > 1)
      rows.push(row("samples", "agreement", agreement(guidance, policy, prompts, scores)));
    return rows;
  }

  try {
    if (resume) search = restoreSearch(resume, optimizer, policy, learn);
    const { place } = search;
    for (const prompt of place.prompts) seen.add(prompt.join());
    if (place.next === "initial samples") {
      const rows = await scoreFresh(options.initialSamples, rng.split("initial samples"));
      place.next = "guidance";
      yield* recorder.give(rows, true);
    }
    for (; place.round < rounds; ) {
      const streams = rng.split(`round ${place.round}`);
      if (place.next === "guidance") {
        const relearned = place.round < relearnRounds;
        if (relearned) {
          search.guidance?.dispose();
          search.guidance = undefined;
          const features_NTD = promptFeatures(policy, place.prompts);
          try {
            const candidates = { scores: place.scores, features_NTD };
            search.guidance = await learnGuidance(candidates, streams.split("guidance"), { signal, ...learn });
          } finally {
            features_NTD.dispose();
          }
        }
        Object.assign(place, { next: "updates", update: 0, sampling: streams.split("updates").state() });
        const { loss, heldOutSpearman, heldOutAgreement, bestStep } = search.guidance!;
        if (relearned)
          yield* recorder.give([
            row("guidance", "listwise", loss),
            row("guidance", "held-out spearman", heldOutSpearman),
            row("guidance", "held-out agreement", heldOutAgreement),
            row("guidance", "best step", bestStep),
          ]);
      }
      const sampling = streams.split("updates");
      while (place.next === "updates") {
        if (place.update === updates) {
          place.next = "fresh samples";
          break;
        }
        sampling.restore(place.sampling!);
        if (entropyFloor > 0) {
          search.safe.push(optimizer.snapshot());
          if (search.safe.length > 2) tf.dispose(search.safe.shift()!.tensors);
        }
        const done = updatePromptPolicy({
          ...{ policy, optimizer, guidance: search.guidance!, objectives, samples, minibatches, rewardUnit },
          ...{ step: place.round * updates + place.update, rng: sampling, folder: checkpoint?.folder },
        });
        place.step++;
        place.update++;
        place.sampling = sampling.state();
        // The entropy is that before the update: both this update and the one that led below the floor are undone.
        if (entropyFloor > 0 && done.entropy < entropyFloor) {
          optimizer.restore(search.safe[0]);
          place.next = "fresh samples";
        }
        yield* recorder.give([
          row("policy", "loss", done.loss),
          row("policy", "reward", done.reward),
          row("policy", "entropy", done.entropy),
          row("policy", "gradient norm", done.gradientNorm),
          ...Object.entries(done.terms).map(([name, value]) => row("policy", name, value)),
        ]);
        await new Promise(setImmediate); // a notebook's interrupt gets its turn
      }
      forget();
      const rows = await scoreFresh(freshSamples, streams.split("fresh samples"));
      const value = rows.find(({ name }) => name === "score")?.value ?? Number.NEGATIVE_INFINITY;
      if (value > (place.kept?.score ?? Number.NEGATIVE_INFINITY)) {
        tf.dispose(search.best?.tensors ?? {});
        search.best = optimizer.snapshot();
        place.kept = { score: value, round: place.round };
      }
      Object.assign(place, { round: place.round + 1, next: "guidance" });
      yield* recorder.give(rows, true);
    }
    if (search.best) optimizer.restore(search.best);
    const { score: bestScore = Number.NEGATIVE_INFINITY, round: bestRound = -1 } = place.kept ?? {};
    const trained = { bestScore, bestRound, guidance: search.guidance! };
    search.guidance = undefined; // now the caller's
    return trained;
  } finally {
    await recorder.close();
    search.guidance?.dispose();
    forget();
    tf.dispose(search.best?.tensors ?? {});
    optimizer.dispose();
  }
}

/** The scored prompts as completions. */
function completionsOf(
  policy: PromptPolicy,
  guidance: LearnedGuidance | undefined,
  prompts: number[][],
  scores: number[],
  step: number,
): Completion[] {
  const rewards = guidance ? read(() => guidance.rewards(promptFeatures(policy, prompts))) : new Float32Array(0);
  const T = policy.promptTokens;
  return prompts.map((prompt, i) => ({
    step,
    prompt: "",
    text: promptText(policy, prompt),
    tokens: prompt.map(action => promptText(policy, [action])),
    rewards: [...rewards.subarray(i * T, (i + 1) * T)],
    score: scores[i],
  }));
}

/** Spearman correlation of summed token rewards and scores on prompts the guidance has not learned from. */
function agreement(guidance: LearnedGuidance, policy: PromptPolicy, prompts: number[][], scores: number[]): number {
  const summed = read(() => tf.sum(guidance.rewards(promptFeatures(policy, prompts)), 1));
  return spearman(summed, scores);
}
