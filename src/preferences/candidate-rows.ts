// Judged responses from tables with one row a response, or with one row a list and its responses in a cell.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, text } from "../core/options";
import { type Values, valuesOf } from "../tables/columns";
import type { Judged, Sequence } from "./lists-table";
import { findColumn, needColumn, needSequence } from "./named-columns";
import { numbered } from "./numbering";

/** The columns of a table of judged responses. */
export interface CandidateColumns {
  /**
   * The responses, one in a row, or a list of them beside an equally long list of judgements. Default "response",
   * "responses", "completion", "completions", "candidates", the first that is there.
   */
  response?: string;
  /** Default "prompt", if it is there; else every response answers the same prompt, "". */
  prompt?: string;
  /** Rows with the same value here are compared. Default "list", if it is there; else rows with the same prompt are. */
  list?: string;
  /** Who judged: only one annotator's judgements are compared. Default "annotator", if it is there. */
  annotator?: string;
}

export const candidateChecks: Checks<CandidateColumns> = { response: text, prompt: text, list: text, annotator: text };

export const usualResponses = ["response", "responses", "completion", "completions", "candidates"];

/** Rows to be put into lists, and the judgement of each. */
export type CandidateRows = Omit<Judged, "order"> & { judgement: Values };

/**
 * The responses of a table with their judgements, grouped into lists.
 *
 * Errors: no such column; with its row, a value that is not a response, a cell whose lists differ in length.
 */
export function candidateRows(
  where: string,
  table: ColumnTable,
  columns: CandidateColumns,
  judgementName: string,
): CandidateRows {
  const responseName = needColumn(where, table, "response", columns.response, usualResponses);
  const values = (name: string | undefined) => (name === undefined ? undefined : valuesOf(table, name));
  const promptName = findColumn(where, table, columns.prompt, ["prompt"]);
  const [given, judgement] = [valuesOf(table, responseName), valuesOf(table, judgementName)];
  const list = values(findColumn(where, table, columns.list, ["list"]));
  const annotator = values(findColumn(where, table, columns.annotator, ["annotator"]));
  const prompt: Values = values(promptName) ?? new Array(given.length).fill("");
  if (promptName !== undefined)
    for (let row = 0; row < prompt.length; row++) needSequence(where, prompt[row], promptName, row);

  if (Array.isArray(judgement[0])) {
    const rows = cells(where, given, responseName, judgement, judgementName);
    const repeated = (source: Values) => rows.source.map(row => source[row]);
    return {
      group: Int32Array.from(rows.source),
      prompt: repeated(prompt),
      response: rows.response,
      judgement: rows.judgement,
      annotator: annotator && repeated(annotator),
    };
  }
  for (let row = 0; row < given.length; row++) needSequence(where, given[row], responseName, row);
  const compared = numbered(list ?? prompt).numbers;
  const group = annotator ? numbered(annotator, compared) : { numbers: compared };
  return { group: group.numbers, prompt, response: given, judgement, annotator };
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
      needSequence(where, item, responseName, row);
      source.push(row);
      response.push(item);
      judgements.push(judged[i]);
    }
  }
  return { source, response, judgement: judgements };
}

const lengthOf = (value: unknown) => (Array.isArray(value) ? `a list of ${value.length}` : "no list");
