// The summarization experiment: one run of one variant, from the untrained policy to summaries of the test.

import { fail } from "../../src/core/errors";
import { type Rng, seeded } from "../../src/core/random";
import { meanScores, type SummaryScores, validationScore } from "../../src/evaluation/summaries";
import { generate } from "../../src/generation/generate";
import type { GenerateOptions } from "../../src/generation/options";
import { lengthControlled } from "../../src/preferences/length-controlled";
import type { Completion } from "../../src/training/completion";
import type { Interruptible } from "../../src/training/recorder";
import { finalTokens, type RewardTransform } from "../../src/training/reward-controls";
import type { PolicyRow } from "../../src/training/train-policy";
import { trainWithReferences } from "../../src/training/with-references";
import type { SummaryTraining } from "./settings";
import type { SummarizationTask, SummaryItem } from "./task";
import { type SummaryVariant, type SummaryVariantName, summaryVariants } from "./variants";

/** The summaries of one test item by one way of decoding. */
export interface WrittenSummary {
  id: string;
  document: string;
  decoding: "greedy" | "sampled" | "beams";
  texts: string[];
  /** Means over the texts. */
  scores: SummaryScores;
}

interface Kept {
  /** Updates before the policy that was kept, and its validation score. */
  bestStep: number;
  validation: number;
}

export interface SummarizationRun extends Kept {
  variant: string;
  seed: number;
  summaries: WrittenSummary[];
  seconds: number;
}

export interface SummarizationRunOptions extends Interruptible {
  variant: SummaryVariantName;
  seed: number;
  /** Gets the samples that the guidance is learned from, paid by it. */
  onSamples?(completions: Completion[]): void;
  /** Gets references whenever the policy learns from them, with the rewards that the guidance pays their tokens. */
  onRewards?(tokens: readonly number[], rewards: readonly number[]): void;
}

/**
 * Trains the task's policy anew, keeps the best by R1 + 2·R2 + RLsum on the validation items or the last, and summarizes the test items: greedily, by samples at
 * temperature 1, and with beams if the setting has some. Yields the training's rows. The policy stays as it was kept.
 *
 * Errors: another variant; those of `trainWithReferences` and `generate`.
 */
export async function* summarizationRun(
  task: SummarizationTask,
  options: SummarizationRunOptions,
): AsyncGenerator<PolicyRow[], SummarizationRun> {
  const { variant, seed } = options;
  if (!Object.hasOwn(summaryVariants, variant))
    fail("summarizationRun", `there is no variant "${variant}"`, `Use ${Object.keys(summaryVariants).join(", ")}.`);
  const change: SummaryVariant = summaryVariants[variant];
  const start = performance.now();
  const rng = seeded(seed);
  task.restart();
  const closing = finalTokens(task.tokenizer, task.endTokens);
  const kept =
    change === "untrained"
      ? { bestStep: 0, validation: await validated(task) }
      : yield* trained(task, change(task.setting.training, closing), rng, options);
  return {
    ...{ variant, seed, ...kept },
    summaries: await testSummaries(task, rng.split("test")),
    seconds: (performance.now() - start) / 1000,
  };
}

/** Trains by these options; the step of the policy that is kept, and its validation score. */
async function* trained(
  task: SummarizationTask,
  { guidance, validateEvery, keep = "best", ...training }: SummaryTraining,
  rng: Rng,
  { onSamples, onRewards, checkpoint, resume, signal }: SummarizationRunOptions,
): AsyncGenerator<PolicyRow[], Kept> {
  const { policy, variables, setting } = task;
  const references = task.train(rng.split("documents"));
  const meteor = task.preference(references);
  const transform: RewardTransform = (tokens, rewards, rng) => {
    onRewards?.(tokens, rewards);
    return guidance?.transform?.(tokens, rewards, rng) ?? rewards;
  };
  let last: number | undefined;
  const { bestStep, bestValue } = yield* trainWithReferences({
    ...{ ...training, policy, variables, references, rng: rng.split("training"), checkpoint, resume, signal },
    guidance: guidance && {
      ...{ ...guidance, transform, onSamples, score: guidance.lengthControlled ? lengthControlled(meteor) : meteor },
      sampling: { maxNewTokens: setting.summaryTokens },
    },
    validate: {
      every: validateEvery,
      async measure() {
        last = await validated(task);
        return { validation: last };
      },
      ...(keep === "best" && { keepBest: "validation" }),
    },
  });
  return { bestStep, validation: bestValue ?? last ?? (await validated(task)) };
}

async function validated(task: SummarizationTask): Promise<number> {
  const texts = await written(task, task.valid, {});
  return validationScore(task.scores(task.valid, texts));
}

/** Summaries of the test items by the policy as it is. */
export async function testSummaries(task: SummarizationTask, rng: Rng): Promise<WrittenSummary[]> {
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
    const repeated = test.flatMap(item => Array<SummaryItem>(samples).fill(item));
    const scores = task.scores(repeated, texts);
    for (const [n, { id, document }] of test.entries()) {
      const own = <X>(all: X[]) => all.slice(n * samples, (n + 1) * samples);
      found.push({ id, document, decoding, texts: own(texts), scores: meanScores(own(scores)) });
    }
  }
  return found;
}

async function written({ policy, setting }: SummarizationTask, items: SummaryItem[], how: Partial<GenerateOptions>) {
  const inputs = items.map(({ prompt }) => prompt);
  const all = await generate(policy.generator, inputs, { maxNewTokens: setting.summaryTokens, ...how });
  return all.map(({ text }) => text);
}
