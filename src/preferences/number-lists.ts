import * as aq from "arquero";
import { fail } from "../core/errors";
import { candidatesOf } from "./candidates";
import type { RankedLists } from "./lists";
import type { ListColumns, ListsTable } from "./lists-table";
import type { Numbering } from "./numbering";

/** Lists in numbers, and the candidates that have these numbers. */
export interface NumberedLists {
  lists: RankedLists;
  /** The candidates' scores, where all are in one list with scores: guidance then learns from them, not from ranks. */
  scores?: Float64Array;
  /** The distinct candidates, in the order of their numbers: columns prompt, response. */
  candidates: aq.ColumnTable;
}

/**
 * Numbers the distinct candidates (response and prompt) of a table of lists, so that each is encoded once and lists are
 * drawn by number. The lists of a prompt form a group; where all have the same prompt, each list is a group of its own.
 * A column `candidate` gives the numbers; else they go by first appearance.
 *
 * Errors: rows that are not in the order of `ListsTable`; a column `candidate` that leaves a number out.
 */
export function numberLists(lists: ListsTable): NumberedLists {
  const { columns, prompts, candidates } = candidatesOf("numberLists", lists);
  const { starts, rank, prompt, response, score, margin } = columns;
  const { numbers, first } = columns.candidate ? givenNumbers(columns.candidate) : candidates;
  const group = (list: number) => (prompts.first.length > 1 ? prompts.numbers[starts[list]] : list);
  return {
    lists: {
      order: numbers,
      ranks: Int32Array.from(rank),
      ...((margin || score) && { margins: marginsOf(columns) }),
      starts,
      groups: Int32Array.from({ length: starts.length - 1 }, (_, list) => group(list)),
    },
    scores: starts.length === 2 && score ? Float64Array.from(first, row => score[row]) : undefined,
    candidates: aq.table({
      prompt: Array.from(first, row => prompt[row]),
      response: Array.from(first, row => response[row]),
    }),
  };
}

/** By how much each row beats the next of its list: as given, else by the difference of their scores. */
function marginsOf({ starts, rank, margin, score }: ListColumns): Float64Array {
  const margins = new Float64Array(rank.length);
  for (let list = 0; list < starts.length - 1; list++)
    for (let row = starts[list]; row < starts[list + 1] - 1; row++) {
      if (rank[row] === rank[row + 1]) continue;
      const given = margin?.[row] ?? Number.NaN;
      margins[row] = Number.isNaN(given) && score ? score[row] - score[row + 1] : given;
    }
  return margins;
}

function givenNumbers(candidate: ArrayLike<number>): Numbering {
  const numbers = Int32Array.from(candidate);
  const first = new Int32Array(numbers.reduce((most, number) => Math.max(most, number), -1) + 1).fill(-1);
  for (const [row, number] of numbers.entries()) if (first[number] === -1) first[number] = row;
  const missing = first.indexOf(-1);
  if (missing >= 0) fail("numberLists", `there is no candidate ${missing}`, "Number candidates from 0, without gaps.");
  return { numbers, first };
}
