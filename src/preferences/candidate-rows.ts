// Judged responses from tables with one row a response, or with one row a list and its responses in a cell.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, oneOf, text } from "../core/options";
import { type Values, valuesOf } from "../tables/columns";
import { sequenceOf } from "./conversations";
import type { Judged, Message, Sequence } from "./lists-table";
import { findColumn, needColumn, promptsOf, sequencesOf, usualAnnotators, withFields } from "./named-columns";
import { numbered } from "./numbering";
import { recordColumn, recordKey, spreadRecords } from "./records-in-cells";

/** The columns of a table of judged responses. */
export interface CandidateColumns {
  /**
   * The responses, one in a row, a list of them beside an equally long list of judgements, or a list of records with
   * the judgement among their fields. Default "response", "responses", "completion", "completions", "candidates", the
   * first that is there; else a column of records; else the last turns of whole conversations in "messages" or
   * "conversations".
   */
  response?: string;
  /** Default "prompt" or another usual name, if it is there; else every response answers the same prompt, "". */
  prompt?: string;
  /** Rows with the same value here are compared. Default "list", if it is there; else rows with the same prompt are. */
  list?: string;
  /** Who judged: only one annotator's judgements are compared. Default "annotator", if it is there. */
  annotator?: string;
  /** Responses without a judgement: refuse them, or leave them out. Default "fail". */
  missing?: "fail" | "drop";
}

export const candidateChecks: Checks<CandidateColumns> = {
  response: text,
  prompt: text,
  list: text,
  annotator: text,
  missing: oneOf("fail", "drop"),
};

export const usualResponses = ["response", "responses", "completion", "completions", "candidates"];

/** Columns of whole conversations, whose last turn is the response. */
export const wholeConversations = ["messages", "conversations", "conversation"];

/** Rows to be put into lists, and the judgement of each. */
export type CandidateRows = Omit<Judged, "order"> & { judgement: Values };

/** The column whose cells hold candidates as records, if no usual column holds responses. */
export function recordColumnOf(table: ColumnTable): string | undefined {
  const usual = [...usualResponses, ...wholeConversations].find(name => table.column(name));
  const name = usual ?? recordColumn(table);
  return name !== undefined && recordKey(table, name) !== undefined ? name : undefined;
}

/**
 * The table and columns as `candidateRows` reads them: a row for each record where candidates are records in cells, and
 * fields of other records as columns of their own.
 */
export function spreadCandidates<Columns extends CandidateColumns>(
  given: ColumnTable,
  columns: Columns,
): [table: ColumnTable, columns: Columns] {
  const table = withFields(given);
  const { response } = columns;
  const records = response === undefined ? recordColumnOf(table) : response;
  if (records === undefined || !table.column(records) || recordKey(table, records) === undefined)
    return [table, columns];
  return [spreadRecords(table, records), { ...columns, response: "response" }];
}

/**
 * The responses of a table with their judgements, grouped into lists. The table comes from `spreadCandidates`.
 *
 * Errors: no such column; with its row, a value that is not a response, a cell whose lists differ in length.
 */
export function candidateRows(
  where: string,
  table: ColumnTable,
  columns: CandidateColumns,
  judgementName: string,
): CandidateRows {
  const usual = [...usualResponses, ...wholeConversations];
  const responseName = needColumn(where, table, "response", columns.response, usual);
  const values = (name: string | undefined) => (name === undefined ? undefined : valuesOf(table, name));
  const rows = table.numRows();
  const isWhole = wholeConversations.includes(responseName) && columns.prompt === undefined;
  const asked = promptsOf(where, table, columns.prompt, [responseName]);
  const list = values(findColumn(where, table, columns.list, ["list"]));
  const annotator = values(findColumn(where, table, columns.annotator, usualAnnotators));
  const given = valuesOf(table, responseName);
  const judgement = valuesOf(table, judgementName);
  const prompt: ArrayLike<Sequence> = asked ?? new Array(rows).fill("");

  if (Array.isArray(judgement[0])) {
    const items = cells(where, given, responseName, judgement, judgementName);
    const repeated = (source: Values) => items.source.map(row => source[row]);
    return judged(columns, {
      group: Int32Array.from(items.source),
      prompt: repeated(prompt),
      response: items.response,
      judgement: items.judgement,
      annotator: annotator && repeated(annotator),
    });
  }
  const responses = sequencesOf(where, given, responseName);
  const whole = isWhole && !asked ? lastTurns(where, responses, responseName) : undefined;
  const prompts = whole?.prompt ?? prompt;
  const compared = numbered(list ?? prompts).numbers;
  const group = annotator ? numbered(annotator, compared) : { numbers: compared };
  const response = whole?.response ?? responses;
  return judged(columns, { group: group.numbers, prompt: prompts, response, judgement, annotator });
}

const isMissing = (value: unknown) =>
  value === null || value === undefined || value === "" || value === "N/A" || Number.isNaN(value);

/** Leaves out the responses without a judgement where that is wanted. */
function judged({ missing }: CandidateColumns, rows: CandidateRows): CandidateRows {
  if (missing !== "drop") return rows;
  const kept = Array.from(rows.group.keys()).filter(row => !isMissing(rows.judgement[row]));
  const part = (values: Values) => kept.map(row => values[row]);
  return {
    group: Int32Array.from(kept, row => rows.group[row]),
    prompt: part(rows.prompt),
    response: part(rows.response),
    judgement: part(rows.judgement),
    annotator: rows.annotator && part(rows.annotator),
  };
}

/** Whole conversations as prompts and the last turns as responses. Errors: one that does not end with the assistant. */
function lastTurns(where: string, conversations: ArrayLike<Sequence>, name: string) {
  const split = Array.from(conversations, (turns, row) => {
    const last = Array.isArray(turns) ? (turns.at(-1) as Message | undefined) : undefined;
    if (last?.role !== "assistant")
      fail(where, `${name} of row ${row} does not end with a turn of the assistant`, "Drop the row.");
    return { prompt: turns.slice(0, -1) as Sequence, response: turns.slice(-1) as Sequence };
  });
  return { prompt: split.map(({ prompt }) => prompt), response: split.map(({ response }) => response) };
}

/** One row for each item of the cells. */
function cells(where: string, given: Values, responseName: string, judgement: Values, judgementName: string) {
  const source: number[] = [];
  const response: Sequence[] = [];
  const judgements: unknown[] = [];
  for (let row = 0; row < given.length; row++) {
    const [items, judged] = [given[row], judgement[row]];
    if (!Array.isArray(items) || !Array.isArray(judged) || items.length !== judged.length)
      fail(
        where,
        `row ${row} has ${lengthOf(items)} in ${responseName}, and ${lengthOf(judged)} in ${judgementName}`,
        "Give two lists of the same length in every row.",
      );
    for (const [i, item] of items.entries()) {
      source.push(row);
      response.push(sequenceOf(where, item, responseName, row));
      judgements.push(judged[i]);
    }
  }
  return { source, response, judgement: judgements };
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? `a list of ${value.length}` : "no list");
