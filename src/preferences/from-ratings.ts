import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, text } from "../core/options";
import { type CandidateColumns, candidateChecks, candidateRows } from "./candidate-rows";
import { type ListsTable, listsTable } from "./lists-table";
import { needColumn, numberOf } from "./named-columns";

export interface RatingColumns extends CandidateColumns {
  /** Higher is better. Default "rating", "ratings", "score", "scores", the first that is there. */
  rating?: string;
}

const ratingChecks: Checks<RatingColumns> = { ...candidateChecks, rating: text };

export const usualRatings = ["rating", "ratings", "score", "scores"];

/**
 * Lists from ratings: the responses to one prompt, by one annotator, ordered by their ratings; equal ratings are ties.
 * The ratings stay as scores. A prompt with one response gives no list.
 *
 * Errors: an option that does not exist; no such column; with its row, a rating that is not a number; no prompt with
 * two responses.
 */
export function fromRatings(table: ColumnTable, columns: RatingColumns = {}): ListsTable {
  checkOptions("fromRatings", columns, ratingChecks);
  const name = needColumn("fromRatings", table, "rating", columns.rating, usualRatings);
  const { judgement, ...rows } = candidateRows("fromRatings", table, columns, name);
  const score = judgedNumbers("fromRatings", judgement, name);
  return listsTable("fromRatings", { ...rows, score, order: score.map(value => -value) });
}

/** Judgements as numbers. Errors: one that is not a number. */
export function judgedNumbers(where: string, judgement: ArrayLike<unknown>, name: string): Float64Array {
  return Float64Array.from(judgement as ArrayLike<unknown>, (value, i) => {
    const number = numberOf(value) ?? Number.NaN;
    if (!Number.isNaN(number)) return number;
    const found = Number.isNaN(value) ? "NaN" : (JSON.stringify(value) ?? "missing");
    fail(where, `${name} of response ${i} is ${found}`, "Give a number, or drop the response.");
  });
}
