// From scored prompts to test accuracy, as in the paper: the best are ranked again on other examples, and the winners
// are tested.

import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { type Checks, checkOptions, integer, listOf, made, orInfinity, required } from "../core/options";
import type { Rng } from "../core/random";
import { samplePrompts } from "../generation/sample-prompts";
import { accuracy } from "../metrics/classification";
import { type Classifier, classProbabilities } from "../policies/classifier";
import { type PromptPolicy, promptIds } from "../policies/prompt-policy";
import { classNumbers, type Example, gapScore, type Score } from "../preferences/score";

/** A prompt with its scores. */
export interface RankedPrompt {
  /** Token ids. */
  prompt: readonly number[];
  /** The prompt, decoded. */
  text: string;
  /** On the examples of the search. */
  searchScore: number;
  /** On the validation examples. */
  validScore: number;
}

/** Options of `rankPrompts`. */
export interface RankOptions {
  /** Scores the finalists. */
  classifier: Classifier;
  /** Validation examples: finalists are scored again on these. */
  valid: readonly Example[];
  /**
   * Number of examples behind each search score: finalists are ordered by the mean over these and the validation
   * examples together.
   */
  searchExamples: number;
  /** How many prompts, best first by search score, are scored again. Default 10. */
  finalists?: number;
  /** How many of these are returned. Default 3. */
  winners?: number;
}

const rankChecks: Checks<RankOptions> = {
  classifier: required(made("a classifier, such as createClassifier makes", "model", "classes", "verbalizers_DC")),
  valid: required(listOf(made("an example with text and label", "text", "label"))),
  searchExamples: required(integer(0)),
  finalists: orInfinity(integer(1)),
  winners: orInfinity(integer(1)),
};

/**
 * The winners among scored prompts (token ids), best first.
 *
 *     const winners = await rankPrompts(scored, { classifier, valid, searchExamples: 32 });
 *
 * Errors: no prompt; a label that is not among the classes, a class without an example; an option out of its range.
 */
export async function rankPrompts(
  scored: readonly { prompt: readonly number[]; score: number }[],
  options: RankOptions,
): Promise<RankedPrompt[]> {
  checkOptions("rankPrompts", options, rankChecks);
  const { classifier, valid, searchExamples, finalists = 10, winners = 3 } = options;
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

/**
 * Score (`gapScore`) and accuracy (0 to 1) of each prompt (token ids) on the examples. `onProgress` is called with
 * pairs of prompt and example done and in total.
 *
 * Errors: a label that is not among the classes, a class without an example; example and prompt longer than the LM's
 * context.
 */
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

/**
 * The mean score of `count` prompts sampled from the policy, repeats included, which rates the policy itself, and the
 * number of distinct prompts among them. Errors: a count that is not a whole number of at least 1.
 */
export async function policyScore(
  policy: PromptPolicy,
  score: Score<readonly number[]>,
  rng: Rng,
  count = 64,
): Promise<{ mean: number; distinct: number }> {
  checkOptions("policyScore", { count }, { count: required(integer(1)) });
  const prompts = samplePrompts(policy, count, rng).map(actions => promptIds(policy, actions));
  const scores = [...(await score.apply(prompts))];
  return { mean: mean(scores), distinct: new Set(prompts.map(String)).size };
}
