// From scored prompts to the paper's number: the best are ranked again on other examples, and the winners are tested.

import { fail } from "../core/errors";
import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import { samplePrompts } from "../generation/sample-prompts";
import { accuracy } from "../metrics/classification";
import { type Classifier, classProbabilities } from "../policies/classifier";
import { type PromptPolicy, promptIds } from "../policies/prompt-policy";
import { classNumbers, type Example, gapScore, type Score } from "../preferences/score";

/** A prompt with its score on the examples of the search, and on those of the ranking. */
export interface RankedPrompt {
  prompt: readonly number[];
  text: string;
  searchScore: number;
  validScore: number;
}

export interface RankOptions {
  classifier: Classifier;
  /** Examples that decide among the finalists. */
  valid: readonly Example[];
  /** Examples behind each search score; finalists are ordered by the mean over these and the valid examples together. */
  searchExamples: number;
  /** How many of the best prompts are ranked again, and how many of these win. Defaults 10 and 3. */
  finalists?: number;
  winners?: number;
}

/** The winners among scored prompts, best first. Errors: no prompt; a label that is no class. */
export async function rankPrompts(
  scored: readonly { prompt: readonly number[]; score: number }[],
  { classifier, valid, searchExamples, finalists = 10, winners = 3 }: RankOptions,
): Promise<RankedPrompt[]> {
  if (scored.length === 0) fail("rankPrompts", "there is no scored prompt", "Score some first.");
  const best = [...scored].sort((a, b) => b.score - a.score).slice(0, finalists);
  const onValid = await measurePrompts(
    classifier,
    valid,
    best.map(({ prompt }) => prompt),
  );
  const pooled = ({ searchScore, validScore }: RankedPrompt) =>
    searchScore * searchExamples + validScore * valid.length;
  return best
    .map(({ prompt, score }, i) => ({
      prompt,
      text: classifier.model.tokenizer.decode(prompt),
      searchScore: score,
      validScore: onValid[i].score,
    }))
    .sort((a, b) => pooled(b) - pooled(a))
    .slice(0, winners);
}

/** Score and accuracy of each prompt on the examples. */
export async function measurePrompts(
  classifier: Classifier,
  examples: readonly Example[],
  prompts: readonly (readonly number[])[],
  onProgress?: (done: number, total: number) => void,
): Promise<{ score: number; accuracy: number }[]> {
  const labels = classNumbers(classifier.classes, examples, "measurePrompts");
  const texts = examples.map(({ text }) => text);
  const probabilities = await classProbabilities(classifier, texts, prompts, onProgress);
  return probabilities.map(rows => ({ score: gapScore(rows, labels), accuracy: accuracy(rows, labels) }));
}

/** Mean score of `count` prompts sampled from the policy, repeats included: how good the policy itself is. */
export async function policyScore(
  policy: PromptPolicy,
  score: Score<readonly number[]>,
  rng: Rng,
  count = 64,
): Promise<{ mean: number; distinct: number }> {
  const prompts = samplePrompts(policy, count, rng).map(actions => promptIds(policy, actions));
  const scores = [...(await score.apply(prompts))];
  return { mean: mean(scores), distinct: new Set(prompts.map(String)).size };
}
