// The baseline for any guidance: equally many prompts sampled from the untrained LM, and the best of them.

import { mean } from "../core/mean";
import { type Checks, checkOptions, integer, made, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import { sampleFreshPrompts } from "../generation/sample-prompts";
import { type PromptPolicy, promptIds } from "../policies/prompt-policy";
import type { Score } from "../preferences/score";
import type { PromptRow } from "../training/prompts/train-prompt-policy";

/** Options of `randomSearch`. */
export interface RandomSearchOptions {
  /** Prompts are sampled from this policy as it is. */
  policy: PromptPolicy;
  /** Rates prompts given as token ids. */
  score: Score<readonly number[]>;
  /** How many distinct prompts are scored. */
  evaluations: number;
  /** Prompts in one call of the score. Default 128. */
  batch?: number;
  /** Stream of the samples. */
  rng: Rng;
}

const randomSearchChecks: Checks<RandomSearchOptions> = {
  policy: required(
    made("a policy over prompts, such as createPromptPolicy makes", "candidates", "promptTokens", "frozen"),
  ),
  score: required(made("a score with a name and apply", "name", "apply")),
  evaluations: required(integer(0)),
  batch: integer(1),
  rng: required(randomness),
};

/**
 * Scores distinct prompts sampled from the policy. After each batch it yields rows as `trainPromptPolicy` does, so that
 * both fit one plot: the mean "score" of the batch, and the "best score" so far. It ends early if the policy yields no
 * new prompt.
 *
 * Errors, with the first rows: an option out of its range.
 */
export async function* randomSearch(options: RandomSearchOptions): AsyncGenerator<PromptRow[], undefined> {
  checkOptions("randomSearch", options, randomSearchChecks);
  const { policy, score, evaluations, batch = 128, rng } = options;
  const seen = new Set<string>();
  let best = Number.NEGATIVE_INFINITY;
  while (seen.size < evaluations) {
    const prompts = sampleFreshPrompts(policy, Math.min(batch, evaluations - seen.size), seen, rng);
    if (prompts.length === 0) return;
    const scores = [...(await score.apply(prompts.map(prompt => promptIds(policy, prompt))))];
    best = Math.max(best, ...scores);
    const row = (name: string, value: number): PromptRow => ({
      step: 0,
      evaluations: seen.size,
      phase: "samples",
      name,
      value,
    });
    yield [row("score", mean(scores)), row("best score", best)];
  }
}
