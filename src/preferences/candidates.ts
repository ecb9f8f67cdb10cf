import { type ListColumns, type ListsTable, listColumns } from "./lists-table";
import { type Numbering, numbered } from "./numbering";

/** The columns of a table of lists, its distinct prompts, and its distinct candidates: responses to a prompt. */
export interface NumberedCandidates {
  columns: ListColumns;
  prompts: Numbering;
  candidates: Numbering;
}

/** An audit and the learning after it ask for the same table. */
const known = new WeakMap<ListsTable, NumberedCandidates>();

/** Numbers the prompts and candidates of a table of lists. Errors: rows that are not in the order of `ListsTable`. */
export function candidatesOf(where: string, lists: ListsTable): NumberedCandidates {
  const before = known.get(lists);
  if (before) return before;
  const columns = listColumns(where, lists);
  const prompts = numbered(columns.prompt);
  const found = { columns, prompts, candidates: numbered(columns.response, prompts.numbers) };
  known.set(lists, found);
  return found;
}
