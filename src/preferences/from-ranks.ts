import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, text } from "../core/options";
import { type CandidateColumns, candidateChecks, candidateRows, spreadCandidates } from "./candidate-rows";
import { judgedNumbers } from "./from-ratings";
import { type ListsTable, listsTable } from "./lists-table";
import { findColumn, needColumn, numbersOf } from "./named-columns";

export interface RankColumns extends CandidateColumns {
  /** Lower is better, from any number. Default "rank" or "ranks". */
  rank?: string;
}

const rankChecks: Checks<RankColumns> = { ...candidateChecks, rank: text };

export const usualRanks = ["rank", "ranks"];

/**
 * Lists from ranks: the responses to one prompt, by one annotator, in the order of their ranks; equal ranks are ties. A
 * table of lists whose rows were dropped, changed or shuffled is put in order again, its scores and margins kept. A
 * prompt with one response gives no list.
 *
 * Errors: an option that does not exist; no such column; with its row, a rank that is not a number; no prompt with two
 * responses.
 */
export function fromRanks(given: ColumnTable, options: RankColumns = {}): ListsTable {
  checkOptions("fromRanks", options, rankChecks);
  const [table, columns] = spreadCandidates(given, options);
  const name = needColumn("fromRanks", table, "rank", columns.rank, usualRanks);
  const { judgement, ...rows } = candidateRows("fromRanks", table, columns, name);
  const kept = (own: string) =>
    rows.response.length === table.numRows() && findColumn("fromRanks", table, undefined, [own])
      ? numbersOf("fromRanks", table, own)
      : undefined;
  const order = judgedNumbers("fromRanks", judgement, name);
  return listsTable("fromRanks", { ...rows, order, score: kept("score"), margin: kept("margin") });
}
