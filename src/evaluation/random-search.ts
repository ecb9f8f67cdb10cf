// The baseline that any guidance must beat: as many prompts from the untrained LM, and the best of them.

import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import { sampleFreshPrompts } from "../generation/sample-prompts";
import { type PromptPolicy, promptIds } from "../policies/prompt-policy";
import type { Score } from "../preferences/score";
import type { PromptRow } from "../training/prompts/train-prompt-policy";

/**
 * Scores `evaluations` distinct prompts sampled from the policy as it is, `batch` at a time. Yields rows as `trainPromptPolicy`
 * does, so that both fit one plot.
 */
export async function* randomSearch(options: {
  policy: PromptPolicy;
  score: Score<readonly number[]>;
  evaluations: number;
  batch?: number;
  rng: Rng;
}): AsyncGenerator<PromptRow[], undefined> {
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
