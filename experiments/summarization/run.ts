// The summarization experiment: one run of one variant, from the untrained policy to summaries of the test items.

import { fail } from "../../src/core/errors";
import { mean } from "../../src/core/mean";
import { type Checks, callback, checkOptions, oneOf, required } from "../../src/core/options";
import { type Rng, seeded } from "../../src/core/random";
import { meanScores, type SummaryScores, validationScore } from "../../src/evaluation/summaries";
import { generate } from "../../src/generation/generate";
import type { GenerateOptions } from "../../src/generation/options";
import type { ResponsePolicy } from "../../src/policies/response-policy";
import { lengthControlled } from "../../src/preferences/length-controlled";
import { rankSamples } from "../../src/preferences/rank-samples";
import type { Completion } from "../../src/training/completion";
import { type Interruptible, interruptibleChecks } from "../../src/training/recorder";
import type { GuidanceTraining } from "../../src/training/reference-guidance";
import { finalTokens, type RewardTransform } from "../../src/training/reward-controls";
import type { PolicyRow } from "../../src/training/train-policy";
import { trainWithReferences } from "../../src/training/with-references";
import { seedCheck } from "../lib/checks";
import { trainOnSamples } from "./on-samples";
import type { SummarizationTraining } from "./settings";
import type { SummarizationItem, SummarizationTask } from "./task";
import { type SummarizationVariant, type SummarizationVariantName, summarizationVariants } from "./variants";

/** The summaries of one test item by one decoding. */
export interface WrittenSummary {
  id: string;
  document: string;
  decoding: "greedy" | "sampled" | "beams";
  texts: string[];
  /** Means over the texts. */
  scores: SummaryScores;
}

interface Kept {
  /** Updates of the policy that is left in place. */
  bestStep: number;
  /** Its validation score, R1 + 2·R2 + RLsum. */
  validation: number;
}

/** The result of a run. */
export interface SummarizationRun extends Kept {
  variant: string;
  seed: number;
  /** Of all test items, by each decoding. */
  summaries: WrittenSummary[];
  /** Duration. */
  seconds: number;
}

export interface SummarizationRunOptions extends Interruptible {
  variant: SummarizationVariantName;
  /** The seed of all random choices. */
  seed: number;
  /** Called with the samples that guidance is learned from and the rewards it gives them. */
  onSamples?(completions: Completion[]): void;
  /** Called for each reference of an update, with the rewards that guidance gives its tokens. */
  onRewards?(tokens: readonly number[], rewards: readonly number[]): void;
}

const runChecks: Checks<SummarizationRunOptions> = {
  variant: required(oneOf(...Object.keys(summarizationVariants))),
  seed: required(seedCheck),
  onSamples: callback,
  onRewards: callback,
  ...interruptibleChecks,
};

/**
 * Trains the task's policy from its initial weights and summarizes the test items: greedily, by samples at temperature
 * 1, and by beam search if the setting asks for it. The policy that is left in place is the best by R1 + 2·R2 + RLsum
 * on the validation items, or the last, as the setting says. Yields the rows of training.
 *
 * A variant with `credit` then trains on samples (`trainOnSamples`). Checkpoints are those of training on references: a
 * run that is resumed begins anew with samples.
 *
 * Errors: those of `checkOptions`, `trainWithReferences`, `trainWithSamples` and `generate`; a variant that trains on
 * samples in a setting without `onSamples`.
 */
export async function* summarizationRun(
  task: SummarizationTask,
  options: SummarizationRunOptions,
): AsyncGenerator<PolicyRow[], SummarizationRun> {
  checkOptions("summarizationRun", options, runChecks);
  const { variant, seed } = options;
  const change: SummarizationVariant = summarizationVariants[variant];
  const start = performance.now();
  const rng = seeded(seed);
  task.restart();
  const closing = finalTokens(task.tokenizer, task.endTokens);
  const kept =
    change === "untrained"
      ? { bestStep: 0, validation: await validated(task) }
      : yield* trained(task, change(task.setting.training, closing), rng, options);
  return {
    variant,
    seed,
    ...kept,
    summaries: await testSummaries(task, rng.split("test")),
    seconds: (performance.now() - start) / 1000,
  };
}

/** Trains; returns the step of the policy that is left in place, and its validation score. */
async function* trained(
  task: SummarizationTask,
  { guidance, validateEvery, keep = "best", credit, onSamples: phase, ...training }: SummarizationTraining,
  rng: Rng,
  { onSamples, onRewards, checkpoint, resume, signal }: SummarizationRunOptions,
): AsyncGenerator<PolicyRow[], Kept> {
  const { policy, variables, setting } = task;
  if (credit && !phase)
    fail("summarizationRun", "the variant trains on samples, and the setting does not say how", "Give onSamples.");
  const references = task.train(rng.split("documents"));
  const meteor = task.preference(references);
  const transform: RewardTransform = (tokens, rewards, rng) => {
    onRewards?.(tokens, rewards);
    return weakened(guidance?.transform?.(tokens, rewards, rng) ?? rewards, guidance?.strength ?? 1);
  };
  const trainingGuidance = ({
    prompts: promptsPerDraw,
    lengthControlled: controlled,
    strength,
    ...own
  }: NonNullable<SummarizationTraining["guidance"]>): GuidanceTraining => ({
    ...own,
    transform,
    onSamples,
    preferences: rankSamples<ResponsePolicy>({
      score: controlled ? lengthControlled(meteor) : meteor,
      prompts: references,
      promptsPerDraw,
      listSize: own.learn.listSize,
      sampling: { maxNewTokens: setting.summaryTokens },
    }),
  });
  let last: number | undefined;
  const { bestStep, bestValue } = yield* trainWithReferences({
    ...training,
    policy,
    variables,
    references,
    rng: rng.split("training"),
    checkpoint,
    resume,
    signal,
    guidance: guidance && trainingGuidance(guidance),
    validate: {
      every: validateEvery,
      async measure() {
        last = await validated(task);
        return { validation: last };
      },
      ...(keep === "best" && { keepBest: "validation" }),
    },
  });
  if (!credit) return { bestStep, validation: bestValue ?? last ?? (await validated(task)) };
  const own = { ...training, validateEvery, credit, onSamples: phase! };
  const after = { references, training: own, rng: rng.split("samples"), from: bestStep, signal };
  return { bestStep: yield* trainOnSamples(task, after), validation: await validated(task) };
}

/** Rewards of which the weights differ from 1 by `strength` times as much. */
function weakened(rewards: readonly number[], strength: number): readonly number[] {
  if (strength === 1) return rewards;
  const average = mean(rewards);
  return rewards.map(reward => average + strength * (reward - average));
}

async function validated(task: SummarizationTask): Promise<number> {
  const texts = await written(task, task.valid, {});
  return validationScore(task.scores(task.valid, texts));
}

/** Summaries of the test items by the current policy. */
async function testSummaries(task: SummarizationTask, rng: Rng): Promise<WrittenSummary[]> {
  const { test, setting } = task;
  const { samples, beams } = setting;
  const ways: Partial<Record<WrittenSummary["decoding"], Partial<GenerateOptions>>> = {
    greedy: {},
    sampled: { samples, sampling: { rng } },
    ...(beams !== undefined && { beams: { beamSearch: { numBeams: beams } } }),
  };
  const found: WrittenSummary[] = [];
  for (const [decoding, how] of Object.entries(ways) as [WrittenSummary["decoding"], Partial<GenerateOptions>][]) {
    const texts = await written(task, test, how);
    const { samples = 1 } = how;
    const repeated = test.flatMap(item => Array<SummarizationItem>(samples).fill(item));
    const scores = task.scores(repeated, texts);
    for (const [n, { id, document }] of test.entries()) {
      const own = <X>(all: X[]) => all.slice(n * samples, (n + 1) * samples);
      found.push({ id, document, decoding, texts: own(texts), scores: meanScores(own(scores)) });
    }
  }
  return found;
}

async function written(
  { policy, setting }: SummarizationTask,
  items: SummarizationItem[],
  how: Partial<GenerateOptions>,
) {
  const inputs = items.map(({ prompt }) => prompt);
  const all = await generate(policy.generator, inputs, { maxNewTokens: setting.summaryTokens, ...how });
  return all.map(({ text }) => text);
}
