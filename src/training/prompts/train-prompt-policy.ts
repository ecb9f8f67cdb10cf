// The search for prompts: score fresh samples, learn token rewards from their order, train the policy with them,
// repeat. (Yang et al. 2023, Algorithm 1.)

import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../../core/mean";
import type { Rng } from "../../core/random";
import { read } from "../../core/tidy";
import { sampleFreshPrompts } from "../../generation/sample-prompts";
import type { LearnedGuidance } from "../../guidance/learn";
import { spearman } from "../../metrics/agreement";
import { checkNames } from "../../objectives/terms";
import { type PromptPolicy, promptFeatures, promptIds, promptText } from "../../policies/prompt-policy";
import { scoresOf } from "../../preferences/score";
import type { Completion } from "../completion";
import { checkFields } from "../fields";
import { trainingLoop } from "../loop";
import type { PolicyRow } from "../policy-training";
import { learnPromptGuidance, scoredSoFar } from "./prompt-guidance";
import { checkPromptTraining, type PromptRow, type PromptTrained, type PromptTraining } from "./prompt-training";
import { promptUpdate } from "./prompt-update";
import { roundGuard } from "./round-guard";
import { type Search, searchPart } from "./search-part";

export type { PromptRow, PromptTrained, PromptTraining } from "./prompt-training";

/**
 * Trains the policy's adaptor. Yields rows after every update and every phase; stop taking them and training stops
 * there. After each round the policy is judged by the mean score of its fresh samples, which are scored anyway, and
 * the policy of the best round is in place at the end.
 *
 * With `checkpoint`, its state is written after every scoring of samples, every so many updates, and when it is
 * stopped. Resumed from there with the same options, LM and engine it gives the rows that an uninterrupted run gives,
 * to the last bit.
 *
 * Errors: those of `learnGuidance` and `trainPolicy`; before anything is scored, an objective on other responses than
 * samples, or one that needs more than rewards and a reference; a checkpoint of other options; a run's folder that
 * holds checkpoints when none is resumed.
 */
export async function* trainPromptPolicy(options: PromptTraining): AsyncGenerator<PromptRow[], PromptTrained> {
  checkPromptTraining(options);
  const { policy, score, learn, objectives, rounds, updates, samples, rng } = options;
  const { learningRate = 5e-4, minibatches = 1, rewardUnit = "std" } = options;
  const { entropyFloor = 0.4, relearnRounds = rounds } = options;
  checkNames("trainPromptPolicy", objectives, ["reward", "entropy"]);
  checkFields("trainPromptPolicy", objectives, { samples: ["reward_BT", "referenceLogits_BTV"] });
  const { checkpoint, resume, signal, onSamples, preferences, ...plain } = options;
  const search: Search = { prompts: [], scores: [], updates: 0, roundEnds: [], safe: [] };
  const source = preferences ?? scoredSoFar(search, learn);
  const streams = (step: number) => rng.split(`round ${Math.floor(step / updates)}`);
  const guard = roundGuard(search, { updates, entropyFloor });

  /** Scores distinct prompts that were not scored before; what is logged of them. */
  async function scoreFresh(
    count: number,
    sampling: Rng,
    countCompletions: (count: number) => void,
  ): Promise<Record<string, number>> {
    const seen = new Set(search.prompts.map(prompt => prompt.join()));
    const prompts = sampleFreshPrompts(policy, count, seen, sampling);
    if (prompts.length === 0) return {};
    const ids = prompts.map(prompt => promptIds(policy, prompt));
    const scores = await scoresOf("trainPromptPolicy", score, ids);
    search.prompts.push(...prompts);
    search.scores.push(...scores);
    const { guidance } = search;
    if (onSamples) {
      onSamples(completionsOf(policy, guidance, prompts, scores, search.updates));
      countCompletions(prompts.length);
    }
    return {
      score: mean(scores),
      "best score": Math.max(...search.scores),
      ...(guidance && prompts.length > 1 && { agreement: agreement(guidance, policy, prompts, scores) }),
    };
  }

  const loop = trainingLoop("trainPromptPolicy", {
    variables: policy.adaptor.variables,
    objectives,
    learningRate,
    lossLimit: Infinity,
    rng,
    checkpoint,
    resume,
    signal,
    steps: rounds * updates,
    onUpdate: guard,
    settings: {
      ...plain,
      minibatches,
      rewardUnit,
      entropyFloor,
      relearnRounds,
      score: score.name,
      preferences: { name: source.name, ...source.settings },
      policy: { model: policy.model.name, candidates: policy.candidates },
    },
    validate: {
      every: updates,
      atStart: true,
      keepBest: "score",
      async measure(step, _, countCompletions) {
        if (step === 0) return scoreFresh(options.initialSamples, rng.split("initial samples"), countCompletions);
        guard.endRound();
        search.roundEnds.push(search.updates);
        return scoreFresh(options.freshSamples, streams(step - 1).split("fresh samples"), countCompletions);
      },
    },
    relearn: {
      every: updates,
      until: relearnRounds * updates,
      async learn(step) {
        search.guidance?.dispose();
        search.guidance = undefined;
        const own = streams(step);
        const lists = await source.next(policy, own.split("preferences"), { signal });
        search.guidance = await learnPromptGuidance(policy, lists, own.split("guidance"), { signal, ...learn });
        const { loss, heldOutSpearman, heldOutAgreement, bestStep } = search.guidance;
        return {
          listwise: loss,
          "held-out spearman": heldOutSpearman,
          "held-out agreement": heldOutAgreement,
          "best step": bestStep,
        };
      },
    },
    batches(step) {
      const sampling = streams(step).split("updates");
      if (search.sampling) sampling.restore(search.sampling);
      const steps = promptUpdate({
        policy,
        guidance: search.guidance!,
        samples,
        minibatches,
        rewardUnit,
        rng: sampling,
      });
      search.sampling = sampling.state();
      return steps;
    },
    parts: { search: searchPart(search, policy, learn) },
  });
  try {
    for (;;) {
      const next = await loop.next();
      if (next.done) {
        const { bestValue: bestScore = Number.NEGATIVE_INFINITY, bestStep } = next.value;
        const guidance = search.guidance!;
        search.guidance = undefined; // now the caller's
        return { bestScore, bestRound: search.roundEnds.indexOf(bestStep), guidance };
      }
      yield next.value.map(row => promptRow(row, search.scores.length));
    }
  } finally {
    await loop.return({ bestStep: 0 });
    search.guidance?.dispose();
    guard.endRound();
  }
}

const promptRow = ({ step, phase, name, value }: PolicyRow, evaluations: number): PromptRow => ({
  step,
  evaluations,
  phase: phase === "validation" ? "samples" : phase,
  name,
  value,
});

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
