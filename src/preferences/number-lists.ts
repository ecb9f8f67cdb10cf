import * as aq from "arquero";
import { candidatesOf } from "./candidates";
import type { RankedLists } from "./lists";
import type { ListsTable } from "./lists-table";

/** Lists in numbers, and the candidates that have these numbers. */
export interface NumberedLists {
  lists: RankedLists;
  /** The distinct candidates, in the order of their numbers: columns prompt, response. */
  candidates: aq.ColumnTable;
}

/**
 * Numbers the distinct candidates (response and prompt) of a table of lists, so that each is encoded once and lists are drawn
 * by number. The lists of a prompt form a group; where all have the same prompt, each list is a group of its own.
 *
 * Errors: rows that are not in the order of `ListsTable`.
 */
export function numberLists(lists: ListsTable): NumberedLists {
  const { columns, prompts, candidates } = candidatesOf("numberLists", lists);
  const { starts, rank, prompt, response } = columns;
  const group = (list: number) => (prompts.first.length > 1 ? prompts.numbers[starts[list]] : list);
  return {
    lists: {
      order: candidates.numbers,
      ranks: Int32Array.from(rank),
      starts,
      groups: Int32Array.from({ length: starts.length - 1 }, (_, list) => group(list)),
    },
    candidates: aq.table({
      prompt: Array.from(candidates.first, row => prompt[row]),
      response: Array.from(candidates.first, row => response[row]),
    }),
  };
}
