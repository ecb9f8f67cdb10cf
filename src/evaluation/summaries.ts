// Summaries against references: scores of each summary, and methods side by side with intervals over documents.

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

/** The scores of a summary, from 0 to 100. Others, such as BERTScore's, may be added. */
export interface SummaryScores {
  /** F-measures of ROUGE, on word stems. */
  rouge1: number;
  rouge2: number;
  rougeL: number;
  rougeLsum: number;
  meteor: number;
  /** Length in words. */
  words: number;
  [more: string]: number;
}

/**
 * The scores of each summary against its reference: F-measure of ROUGE on word stems, with one sentence a line for
 * ROUGE-Lsum; METEOR; length. An empty summary scores 0. Options are those of `rouge` and `meteor`.
 *
 * Errors: two lists of different length; an option out of its range.
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
  const oneSentenceALine = (text: string) => splitSentences(text).join("\n");
  return predictions.map((prediction, i) => {
    const scores = rouge(oneSentenceALine(prediction), oneSentenceALine(references[i]), { stem });
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

/**
 * The paper's validation score: the mean of ROUGE-1 + 2 · ROUGE-2 + ROUGE-Lsum, from 0 to 400. NaN without summaries.
 */
export const validationScore = (scores: readonly SummaryScores[]): number =>
  mean(scores.map(({ rouge1, rouge2, rougeLsum }) => rouge1 + 2 * rouge2 + rougeLsum));

/** The mean of each score, for example over several summaries of one item. Errors: an empty list. */
export function meanScores(scores: readonly SummaryScores[]): SummaryScores {
  if (scores.length === 0) fail("meanScores", "there are no scores", "Give at least one.");
  const means = Object.keys(scores[0]).map(name => [name, mean(scores.map(own => own[name]))]);
  return Object.fromEntries(means) as SummaryScores;
}

/** The scores of a method's summaries. */
export interface ScoredMethod {
  /** Its name. */
  method: string;
  /** One entry for each item, in the same order for all methods. */
  scores: readonly SummaryScores[];
}

/** Options of `summaryTable`; `draws` and `level` are those of the bootstrap. */
export interface SummaryTableOptions extends Omit<BootstrapOptions, "rng"> {
  /** Stream of the bootstrap's draws. */
  rng: Rng;
  /**
   * A name of each item's document: items of one document are drawn together. Default: each item is a document of its
   * own.
   */
  documents?: readonly string[];
  /** The method that the others are compared with. Default: none. */
  baseline?: string;
}

/**
 * A table with one row for each method and score, and the columns method, score, mean, low and high (`bootstrapMean`
 * over documents); with a baseline also difference, differenceLow, differenceHigh and p (`bootstrapDifference`).
 *
 * Errors: a baseline that is not among the methods; methods with different numbers of items, or none; an option out of
 * its range; those of `bootstrapMean`.
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
      `${uneven.method} has scores of ${uneven.scores.length} items, ` +
        `${methods[0].method} of ${methods[0].scores.length}`,
      "Score the same items by every method.",
    );
  const rows = methods.flatMap(({ method, scores }) =>
    Object.keys(scores[0]).map(score => {
      const values = scores.map(own => own[score]);
      // One stream for all methods, so that the same documents are drawn for each.
      const streamFor = (purpose: string) => ({ ...sampling, rng: rng.split(`${purpose} ${score}`) });
      const { mean, low, high } = bootstrapMean(values, streamFor("mean"));
      const row = { method, score, mean, low, high };
      if (!base || base.method === method) return row;
      const other = base.scores.map(own => own[score]);
      const found = bootstrapDifference(values, other, streamFor("difference"));
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
