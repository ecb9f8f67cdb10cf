// Documents with their reference summaries: cleaned, checked, split.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { needWhole } from "../core/whole";
import { valuesOf } from "./columns";

export interface SummaryColumns {
  /** The column of the document. Default "document". */
  document?: string;
  /** The column of its reference summary. Default "summary". */
  summary?: string;
  /** The column that names a row. Default "id" where there is one; else rows are named by their number. */
  id?: string;
}

export interface SummaryOptions extends SummaryColumns {
  /**
   * What becomes of rows without a document or without a summary: left out and counted, or an error. Default "drop".
   */
  empty?: "drop" | "fail";
}

/** What was found, in rows. */
export interface SummaryReport {
  rows: number;
  kept: number;
  /** Left out: nothing to summarize, or no reference. */
  emptyDocuments: number;
  emptySummaries: number;
  /** Left out: the same id with the same texts as a row before. */
  repeated: number;
  /** Kept: a summary at least as long as its document, in characters. */
  notShorter: number;
  /**
   * Kept: a summary without a Latin letter or a digit, which ROUGE cannot see (it scores 0); METEOR and BERTScore can.
   */
  notLatin: number;
}

/**
 * The rows as the summarization experiment takes them: `id`, `document` and `summary`, then the source's other columns.
 * Texts are trimmed; lines end with "\n", empty ones are left out, and blanks in a row are one. Text in any language is
 * kept; how long it may be is for the model's tokens to say (`encodeWithin`).
 *
 * Errors: a column that is not there, a value that is no text, a row without an id where others have one, an id twice
 * with different texts; with `empty: "fail"`, an empty text.
 */
export function prepareSummaries(
  source: ColumnTable,
  { empty = "drop", ...columns }: SummaryOptions = {},
): { rows: ColumnTable; report: SummaryReport } {
  const { document = "document", summary = "summary" } = columns;
  const id = columns.id ?? (source.columnNames().includes("id") ? "id" : undefined);
  const documents = texts(source, document);
  const summaries = texts(source, summary);
  const ids = id === undefined ? documents.map((_, row) => String(row)) : names(source, id);
  const nameless = id === undefined ? -1 : values(source, id).findIndex(name => name === null || name === undefined);
  if (nameless >= 0)
    fail("prepareSummaries", `row ${nameless} has no ${id}`, "Give each row a name of its own, or no column of them.");
  const report = {
    rows: source.numRows(),
    kept: 0,
    emptyDocuments: 0,
    emptySummaries: 0,
    repeated: 0,
    notShorter: 0,
    notLatin: 0,
  };
  const seen = new Map<string, number>();
  const kept: number[] = [];
  for (const [row, name] of ids.entries()) {
    const lacking = documents[row] === "" ? document : summaries[row] === "" ? summary : undefined;
    if (lacking !== undefined) {
      if (empty === "fail")
        fail(
          "prepareSummaries",
          `row ${row} (${name}) has no ${lacking}`,
          'Mend it, or leave such rows out with empty: "drop".',
        );
      if (lacking === document) report.emptyDocuments++;
      else report.emptySummaries++;
      continue;
    }
    const before = seen.get(name);
    if (before !== undefined) {
      if (documents[before] !== documents[row] || summaries[before] !== summaries[row])
        fail(
          "prepareSummaries",
          `rows ${before} and ${row} are both "${name}", with different texts`,
          "Give each row a name of its own, or no `id`.",
        );
      report.repeated++;
      continue;
    }
    seen.set(name, row);
    kept.push(row);
    if (summaries[row].length >= documents[row].length) report.notShorter++;
    if (!/[a-z0-9]/i.test(summaries[row])) report.notLatin++;
  }
  report.kept = kept.length;
  const rows = source.reify().assign({ id: ids, document: documents, summary: summaries }).reify(kept);
  const others = rows
    .columnNames()
    .filter(name => !["id", "document", "summary", document, summary, id].includes(name));
  return { rows: rows.select(["id", "document", "summary", ...others]), report };
}

/**
 * A text with one "\n" between its lines and one blank between its words: the same string, not a copy, if it is such a
 * text already.
 */
export function cleanText(text: string): string {
  const clean = text
    .split(/[\r\n\u2028\u2029]+/)
    .map(line => line.replace(/ \s+|[^\S ]\s*/g, " ").trim())
    .filter(line => line !== "")
    .join("\n");
  return clean === text ? text : clean;
}

/**
 * `table` with the texts of these columns clean, so that a large table of raw texts need not stay beside what
 * `prepareSummaries` makes of it.
 */
export function withCleanTexts(table: ColumnTable, columns: readonly string[]): ColumnTable {
  const clean = (value: unknown) => (typeof value === "string" ? cleanText(value) : value);
  const known = columns.filter(name => table.column(name));
  return table.assign(Object.fromEntries(known.map(name => [name, Array.from(valuesOf(table, name), clean)])));
}

export interface SplitOptions {
  /** Groups for validation and for the test. */
  valid: number;
  test: number;
  rng: Rng;
  /** The column whose values stay together, say the paper of several summaries. Default "document". */
  group?: string;
}

/**
 * Three tables that share no group, and so no document: the groups are drawn, the rows keep their order.
 * Errors: a column that is not there; shares that are no whole numbers of groups, or too many for any to be left for
 * training.
 */
export function splitSummaries(
  rows: ColumnTable,
  { valid, test, rng, group = "document" }: SplitOptions,
): { train: ColumnTable; valid: ColumnTable; test: ColumnTable } {
  needWhole("splitSummaries", { valid, test }, 0);
  const groups = names(rows, group);
  const different = [...new Set(groups)];
  if (different.length <= valid + test)
    fail(
      "splitSummaries",
      `there are ${different.length} groups, ${valid + test} of them for validation and test`,
      "Ask for fewer.",
    );
  const order = rng.shuffled(different);
  const table = rows.reify();
  const part = (from: number, to: number) => {
    const chosen = new Set(order.slice(from, to));
    return table.reify(groups.flatMap((name, row) => (chosen.has(name) ? [row] : [])));
  };
  return { valid: part(0, valid), test: part(valid, valid + test), train: part(valid + test, order.length) };
}

function texts(table: ColumnTable, column: string): string[] {
  return values(table, column).map((value, row) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string")
      fail("prepareSummaries", `row ${row} of "${column}" is ${JSON.stringify(value)}`, "Give a text.");
    return cleanText(value as string);
  });
}

const names = (table: ColumnTable, column: string): string[] => values(table, column).map(String);

function values(table: ColumnTable, column: string): unknown[] {
  if (!table.column(column))
    fail("prepareSummaries", `there is no column "${column}"`, `The table has ${table.columnNames().join(", ")}.`);
  return Array.from(valuesOf(table, column));
}
