// Scores: one utility for each candidate. A prompt's is how well the task LM classifies the examples under it.

import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, finite } from "../core/options";
import { type Classifier, classProbabilities, prepareTexts } from "../policies/classifier";

/** Rates candidates, higher is better, on any scale. */
export interface Score<Candidate> {
  name: string;
  apply(candidates: readonly Candidate[]): Promise<Float32Array>;
}

/**
 * The score of each candidate. Errors: another number of scores than there are candidates; one that is not a number.
 */
export async function scoresOf<Candidate>(
  where: string,
  score: Score<Candidate>,
  candidates: readonly Candidate[],
): Promise<number[]> {
  const scores = [...(await score.apply(candidates))];
  if (scores.length !== candidates.length)
    fail(where, `${score.name} gives ${scores.length} scores of ${candidates.length} candidates`, "Correct the score.");
  const bad = scores.findIndex(Number.isNaN);
  if (bad >= 0) fail(where, `${score.name} gives candidate ${bad} the score NaN`, "Correct the score.");
  return scores;
}

/** A labelled text. */
export interface Example {
  text: string;
  label: string;
}

export interface GapScoreOptions {
  /** Factor of the gap where the label wins, and where it does not. Defaults 200 and 180, the paper's. */
  correct?: number;
  incorrect?: number;
}

const gapChecks: Checks<GapScoreOptions> = { correct: finite, incorrect: finite };

/**
 * The paper's prompt score: mean over examples of gap · (200 if gap > 0 else 180), gap = p(label) − max p(other class).
 * One row of class probabilities an example, labels as class numbers. (Deng et al. 2022, RLPrompt, Eq. 7, without
 * z-scores.)
 */
export function gapScore(
  probabilities: readonly ArrayLike<number>[],
  labels: readonly number[],
  options: GapScoreOptions = {},
): number {
  checkOptions("gapScore", options, gapChecks);
  const { correct = 200, incorrect = 180 } = options;
  const sum = labels.reduce((total, label, n) => {
    const others = Array.from(probabilities[n]).filter((_, c) => c !== label);
    const gap = probabilities[n][label] - Math.max(...others);
    return total + gap * (gap > 0 ? correct : incorrect);
  }, 0);
  return sum / labels.length;
}

/** Class numbers of the examples' labels. Errors: a label that is not a class, a class without an example. */
export function classNumbers(classes: readonly string[], examples: readonly Example[], where: string): number[] {
  const numbers = examples.map(({ label }, row) => {
    const number = classes.indexOf(label);
    return number >= 0
      ? number
      : fail(where, `example ${row} has label "${label}"`, `Labels must be among ${classes.join(", ")}.`);
  });
  const missing = classes.find((_, c) => !numbers.includes(c));
  if (missing !== undefined) fail(where, `class "${missing}" has no example`, "Give examples of every class.");
  return numbers;
}

/** A prompt score that scores no prompt twice. */
export interface PromptScore extends Score<readonly number[]> {
  /** Distinct prompts scored so far, in order of their first scoring. One evaluation = one prompt on all examples. */
  evaluated(): { prompt: readonly number[]; score: number }[];
  dispose(): void;
}

/**
 * Scores prompts (token ids) by `gapScore` on the examples. The examples' caches are computed once; no prompt is scored
 * twice. Dispose after use.
 *
 * Errors: those of `classNumbers`.
 */
export function promptScore(
  classifier: Classifier,
  examples: readonly Example[],
  options: GapScoreOptions & { onProgress?: (done: number, total: number) => void } = {},
): PromptScore {
  checkOptions("promptScore", options, { ...gapChecks, onProgress: callback });
  const { onProgress, ...gap } = options;
  const labels = classNumbers(classifier.classes, examples, "promptScore");
  const texts = prepareTexts(
    classifier,
    examples.map(({ text }) => text),
  );
  const known = new Map<string, { prompt: readonly number[]; score: number }>();
  return {
    name: "promptScore",
    async apply(prompts) {
      const fresh = new Map(prompts.map(prompt => [prompt.join(), prompt]));
      for (const key of known.keys()) fresh.delete(key);
      const todo = [...fresh.values()];
      const probabilities = await classProbabilities(classifier, texts, todo, onProgress);
      for (const [i, prompt] of todo.entries())
        known.set(prompt.join(), { prompt, score: gapScore(probabilities[i], labels, gap) });
      return Float32Array.from(prompts, prompt => known.get(prompt.join())!.score);
    },
    evaluated: () => [...known.values()],
    dispose: texts.dispose,
  };
}
