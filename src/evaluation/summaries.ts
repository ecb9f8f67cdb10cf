// Summaries against references: a row of scores for each, and methods side by side with intervals over documents.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { checkOptions, text } from "../core/options";
import type { Rng } from "../core/random";
import { type BootstrapOptions, bootstrapChecks, bootstrapDifference, bootstrapMean } from "../metrics/bootstrap";
import { type MeteorOptions, meteor, meteorChecks } from "../metrics/meteor";
import { type RougeOptions, rouge, rougeChecks } from "../metrics/rouge";
import { splitWords } from "../metrics/words";
import { splitSentences } from "../text/sentences";

/** What a summary scores, in points of 100; `words` is its length. Further scores, such as BERTScore's, may stand beside them. */
export interface SummaryScores {
  rouge1: number;
  rouge2: number;
  rougeL: number;
  rougeLsum: number;
  meteor: number;
  words: number;
  [more: string]: number;
}

/**
 * The scores of each summary against its reference: F of ROUGE with stems, sentences parted for Lsum; METEOR; length. An empty summary scores 0.
 * Errors: two lists of different length.
 */
export function scoreSummaries(
  predictions: readonly string[],
  references: readonly string[],
  options: RougeOptions & MeteorOptions = {},
): SummaryScores[] {
  checkOptions("scoreSummaries", options, { ...rougeChecks, ...meteorChecks });
  const { stem, ...meteorOptions } = options;
  if (predictions.length !== references.length)
    fail(
      "scoreSummaries",
      `there are ${predictions.length} summaries and ${references.length} references`,
      "Give one each.",
    );
  const parted = (text: string) => splitSentences(text).join("\n");
  return predictions.map((prediction, i) => {
    const scores = rouge(parted(prediction), parted(references[i]), { stem });
    return {
      rouge1: 100 * scores.rouge1.f,
      rouge2: 100 * scores.rouge2.f,
      rougeL: 100 * scores.rougeL.f,
      rougeLsum: 100 * scores.rougeLsum.f,
      meteor: 100 * meteor(prediction, references[i], meteorOptions),
      words: splitWords(prediction).length,
    };
  });
}

/** The paper's measure for validation: mean R1 + 2·R2 + RLsum, in points. NaN of no summaries. */
export const validationScore = (scores: readonly SummaryScores[]): number =>
  mean(scores.map(({ rouge1, rouge2, rougeLsum }) => rouge1 + 2 * rouge2 + rougeLsum));

/** The mean of each score, over several summaries of one item, say. Errors: none is given. */
export function meanScores(scores: readonly SummaryScores[]): SummaryScores {
  if (scores.length === 0) fail("meanScores", "there are no scores", "Give at least one.");
  const means = Object.keys(scores[0]).map(name => [name, mean(scores.map(own => own[name]))]);
  return Object.fromEntries(means) as SummaryScores;
}

export interface ScoredMethod {
  method: string;
  /** One for each item, in the same order for all methods. */
  scores: readonly SummaryScores[];
}

export interface SummaryTableOptions extends Omit<BootstrapOptions, "rng"> {
  rng: Rng;
  /** The document of each item: those of one are drawn together. Default: each item is one of its own. */
  documents?: readonly string[];
  /** The method that the others are compared with. Default: none. */
  baseline?: string;
}

/**
 * A row a method and score, with the columns method, score, mean, low, high (bootstrap over documents) and, against the baseline, difference,
 * differenceLow, differenceHigh and p (`bootstrapDifference`).
 *
 * Errors: a baseline that is not among the methods, methods with different numbers of items; those of `bootstrapMean`.
 */
export function summaryTable(methods: readonly ScoredMethod[], options: SummaryTableOptions): aq.ColumnTable {
  checkOptions("summaryTable", options, { ...bootstrapChecks, baseline: text });
  const { baseline, rng, ...sampling } = options;
  const base = methods.find(({ method }) => method === baseline);
  if (baseline !== undefined && !base)
    fail(
      "summaryTable",
      `there is no method "${baseline}"`,
      `There are ${methods.map(({ method }) => method).join(", ")}.`,
    );
  const uneven = methods.find(({ scores }) => scores.length !== methods[0].scores.length || scores.length === 0);
  if (uneven)
    fail(
      "summaryTable",
      `${uneven.method} has scores of ${uneven.scores.length} items, ${methods[0].method} of ${methods[0].scores.length}`,
      "Score the same items by every method.",
    );
  const rows = methods.flatMap(({ method, scores }) =>
    Object.keys(scores[0]).map(score => {
      const values = scores.map(own => own[score]);
      const named = (what: string) => ({ ...sampling, rng: rng.split(`${what} ${score}`) }); // the same documents for all methods
      const { mean, low, high } = bootstrapMean(values, named("mean"));
      const row = { method, score, mean, low, high };
      if (!base || base.method === method) return row;
      const other = base.scores.map(own => own[score]);
      const found = bootstrapDifference(values, other, named("difference"));
      return { ...row, difference: found.mean, differenceLow: found.low, differenceHigh: found.high, p: found.p };
    }),
  );
  const names = [
    "method",
    "score",
    "mean",
    "low",
    "high",
    "difference",
    "differenceLow",
    "differenceHigh",
    "p",
  ] as const;
  const shown = base ? names : names.slice(0, 5);
  return aq.table(shown.map(name => [name, rows.map(row => (row as Record<string, unknown>)[name])]));
}
