import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Check, type Checks, checkOptions, text } from "../core/options";
import { type Values, valuesOf } from "../tables/columns";
import { type CandidateColumns, candidateChecks, candidateRows, spreadCandidates } from "./candidate-rows";
import { shown } from "./conversations";
import { type ListsTable, listsTable } from "./lists-table";
import { listed, needColumn, numberOf } from "./named-columns";

export interface RatingColumns extends CandidateColumns {
  /** Higher is better. Default "rating", "ratings", "score", "scores", "overall_score", the first that is there. */
  rating?: string;
  /** Instead of `rating`: columns of several aspects, each with the weight that it has in the sum. */
  weights?: Record<string, number>;
}

const weightsCheck: Check = {
  expected: "a record of weights by column",
  accepts: value =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every(weight => Number.isFinite(weight)),
};
const ratingChecks: Checks<RatingColumns> = { ...candidateChecks, rating: text, weights: weightsCheck };

export const usualRatings = ["rating", "ratings", "score", "scores", "overall_score"];

/**
 * Lists from ratings: the responses to one prompt, by one annotator, ordered by their ratings; equal ratings are ties.
 * The ratings, or the weighted sums of several aspects' ratings, stay as scores. A prompt with one response gives no
 * list.
 *
 * Errors: an option that does not exist; no such column; with its row, a rating that is not a number; no prompt with
 * two responses; `rating` and `weights` together.
 */
export function fromRatings(given: ColumnTable, options: RatingColumns = {}): ListsTable {
  checkOptions("fromRatings", options, ratingChecks);
  const { rating, weights } = options;
  if (rating !== undefined && weights !== undefined)
    fail("fromRatings", "both `rating` and `weights` are given", "Give one of them.");
  const [spread, columns] = spreadCandidates(given, options);
  const table = weights ? withSum(spread, weights) : spread;
  const name = weights ? sumName : needColumn("fromRatings", table, "rating", rating, usualRatings);
  const { judgement, ...rows } = candidateRows("fromRatings", table, columns, name);
  const score = judgedNumbers("fromRatings", judgement, weights ? Object.keys(weights).join(" or ") : name);
  return listsTable("fromRatings", { ...rows, score, order: score.map(value => -value) });
}

const sumName = "weighted sum of ratings";

/** The table with the weighted sum of columns; missing where one is missing. */
function withSum(table: ColumnTable, weights: Record<string, number>): ColumnTable {
  const parts = Object.entries(weights).map(([name, weight]) => {
    if (!table.column(name)) fail("fromRatings", `there is no column "${name}"`, `The table has ${listed(table)}.`);
    return { values: valuesOf(table, name), weight };
  });
  const sum = (of: (values: Values) => unknown): unknown =>
    parts.reduce<number | null>((total, { values, weight }) => {
      const number = numberOf(of(values)) ?? Number.NaN;
      return total === null || Number.isNaN(number) ? null : total + weight * number;
    }, 0);
  const rows = Array.from({ length: table.numRows() }, (_, row) => {
    const first = parts[0].values[row];
    if (!Array.isArray(first)) return sum(values => values[row]);
    return first.map((_, i) => sum(values => (values[row] as unknown[] | null)?.[i]));
  });
  return table.assign({ [sumName]: rows } as never);
}

/** Judgements as numbers. Errors: one that is not a number. */
export function judgedNumbers(where: string, judgement: ArrayLike<unknown>, name: string): Float64Array {
  return Float64Array.from(judgement as ArrayLike<unknown>, (value, i) => {
    const number = numberOf(value) ?? Number.NaN;
    if (!Number.isNaN(number)) return number;
    const found = value === undefined ? "missing" : shown(value);
    fail(where, `${name} of response ${i} is ${found}`, 'Give a number, or leave such responses out: missing: "drop".');
  });
}
