// The one table in which all preferences end: a row a candidate.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "../tables/columns";

/** A turn of a conversation. */
export interface Message {
  role: string;
  content: string;
  /** Calls of functions, as chat templates take them; such a turn may have the content "". */
  tool_calls?: readonly unknown[];
}

/** A text, a conversation, or token ids. */
export type Sequence = string | readonly Message[] | readonly number[];

/** A prompt, or a record that has one, such as a reference. */
export type PromptEntry = Sequence | { readonly prompt: Sequence };

/** The prompt of an entry; a record's is read only now. */
export const promptOf = (entry: PromptEntry): Sequence =>
  typeof entry === "object" && "prompt" in entry ? entry.prompt : entry;

/**
 * A table of preference lists is an arquero table with one row for each candidate, the rows of a list side by side and
 * best first:
 *
 * | column      |                                                                                                 |
 * | ----------- | ----------------------------------------------------------------------------------------------- |
 * | `list`      | the number of the list, from 0                                                                  |
 * | `rank`      | in its list: 1 for the best, equal candidates share a rank, others 1 + the number of better ones |
 * | `prompt`    | what was asked, a `Sequence`; "" where nothing was                                              |
 * | `response`  | what is judged, a `Sequence`                                                                    |
 * | `score`     | optional: the utility behind the rank, higher is better, NaN where it is missing                |
 * | `margin`    | optional: by how much it beats the list's next, NaN where it is missing                         |
 * | `annotator` | optional: who judged the list                                                                   |
 * | `candidate` | optional: the number of the candidate, from 0, for features that were made before                |
 *
 * A list holds at least two candidates, and is one annotator's judgement. Lists may differ in length.
 */
export type ListsTable = aq.ColumnTable;

/** The columns that candidates have with or without lists. */
interface CandidateColumns {
  prompt: Values;
  response: Values;
  score?: ArrayLike<number>;
  margin?: ArrayLike<number>;
  annotator?: Values;
  candidate?: ArrayLike<number>;
}

/** Candidates to be put into lists, a row each. */
export interface Judged extends CandidateColumns {
  /** Rows of the same number form a list. */
  group: Int32Array;
  /** Lower is better; equal ones are tied. */
  order: ArrayLike<number>;
}

/**
 * The canonical table of judged candidates; equal ones stay in their order. A group of one holds no preference and
 * gives no list.
 *
 * Errors: no group of two or more.
 */
export function listsTable(where: string, judged: Judged): ListsTable {
  const { group, order } = judged;
  const sizes = new Int32Array(group.reduce((most, g) => Math.max(most, g), -1) + 1);
  for (const g of group) sizes[g]++;
  const rows = Uint32Array.from(group.keys())
    .filter(row => sizes[group[row]] > 1)
    .sort((a, b) => group[a] - group[b] || order[a] - order[b] || a - b);
  if (rows.length === 0)
    fail(where, `no prompt has two of the ${group.length} responses`, "Give two or more judged responses to a prompt.");
  const list = new Int32Array(rows.length);
  const rank = new Int32Array(rows.length);
  let start = 0;
  for (let i = 0; i < rows.length; i++) {
    const follows = i > 0 && group[rows[i]] === group[rows[i - 1]];
    if (!follows) start = i;
    list[i] = i === 0 ? 0 : list[i - 1] + (follows ? 0 : 1);
    rank[i] = follows && order[rows[i]] === order[rows[i - 1]] ? rank[i - 1] : i - start + 1;
  }
  const numbers = (values: ArrayLike<number>) => Float64Array.from(rows, row => values[row]);
  const others = (values: Values) => Array.from(rows, row => values[row]);
  return aq.table({
    list,
    rank,
    prompt: others(judged.prompt),
    response: others(judged.response),
    ...(judged.score && { score: numbers(judged.score) }),
    ...(judged.margin && { margin: numbers(judged.margin) }),
    ...(judged.annotator && { annotator: others(judged.annotator) }),
    ...(judged.candidate && { candidate: Int32Array.from(rows, row => judged.candidate![row]) }),
  });
}

/** The columns of a table of lists, without copies, and where each list begins: [lists + 1]. */
export interface ListColumns extends CandidateColumns {
  starts: Int32Array;
  rank: ArrayLike<number>;
}

/**
 * Reads a table of lists, as its rows are filtered and ordered.
 *
 * Errors: a missing column; rows that are not in the order of `ListsTable`, a list of one: `fromRanks` orders them.
 */
export function listColumns(where: string, lists: ListsTable): ListColumns {
  const missing = ["list", "rank", "prompt", "response"].find(name => !lists.column(name));
  if (missing !== undefined)
    fail(
      where,
      `the lists have no column "${missing}"`,
      "Make lists with fromPairs, fromRatings, fromRanks or fromLabels.",
    );
  const column = (name: string) => (lists.column(name) ? valuesOf(lists, name) : undefined);
  const [list, rank] = [column("list"), column("rank")] as ArrayLike<number>[];
  const starts = new Int32Array(lists.numRows() + 1);
  let count = 0;
  for (let row = 0; row <= list.length; row++) {
    if (row > 0 && row < list.length && list[row] === list[row - 1]) {
      const held = row - starts[count - 1]; // candidates before it
      if (rank[row] !== rank[row - 1] && rank[row] !== held + 1) outOfOrder(where, row, `its rank is ${rank[row]}`);
      continue;
    }
    if (row > 0 && row - starts[count - 1] < 2) outOfOrder(where, row - 1, "its list has no other candidate");
    if (row < list.length && rank[row] !== 1) outOfOrder(where, row, `its list begins with rank ${rank[row]}`);
    starts[count++] = row;
  }
  return {
    starts: starts.slice(0, count),
    rank,
    prompt: column("prompt")!,
    response: column("response")!,
    score: column("score") as ArrayLike<number> | undefined,
    margin: column("margin") as ArrayLike<number> | undefined,
    annotator: column("annotator"),
    candidate: column("candidate") as ArrayLike<number> | undefined,
  };
}

const outOfOrder = (where: string, row: number, found: string): never =>
  fail(
    where,
    `row ${row} of the lists is out of order: ${found}`,
    "Order the rows with fromRanks; tables that were put together need lists of different numbers first.",
  );
