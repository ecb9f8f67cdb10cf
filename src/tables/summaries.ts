// Documents with their reference summaries: cleaned, checked, split.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, oneOf, text } from "../core/options";
import { valuesOf } from "./columns";

export interface SummaryColumns {
  /** The column of the document. Default "document". */
  document?: string;
  /** The column of its reference summary. Default "summary". */
  summary?: string;
  /** The column that names a row. Default "id" where there is one; else rows are named by their number. */
  id?: string;
}

/** Columns of a source of summaries, and what becomes of rows without a text. */
export interface SummaryOptions extends SummaryColumns {
  /** Rows without a document or without a summary are left out and counted, or an error. Default "drop". */
  empty?: "drop" | "fail";
}

export const summaryChecks: Checks<SummaryOptions> = {
  document: text,
  summary: text,
  id: text,
  empty: oneOf("drop", "fail"),
};

/** Findings, in rows. */
export interface SummaryReport {
  rows: number;
  kept: number;
  /** Left out: nothing to summarize, or no reference. */
  emptyDocuments: number;
  emptySummaries: number;
  /** Left out: the same id with the same texts as a row before. */
  repeated: number;
  /** Kept: the same document and summary as a row before, under another id. */
  sameTexts: number;
  /** Kept: a summary at least as long as its document, in characters. */
  notShorter: number;
  /** Kept: a summary without a Latin letter or a digit, for which ROUGE is 0; METEOR and BERTScore work. */
  notLatin: number;
  /**
   * Kept or left out by `separateParts`: the document is in a part with a later evaluation too. 0 for a table
   * on its own.
   */
  shared: number;
}

/**
 * The rows as the summarization experiment takes them: `id`, `document` and `summary`, then the source's other columns.
 * Texts are trimmed; lines end with "\n", empty ones are left out, and runs of blanks become one. Text in any language
 * is kept. Texts are not shortened: see `encodeWithin`.
 *
 * Errors: an option that does not exist; a missing column, a value that is not a text, a row without an id where others
 * have one, an id twice with different texts; with `empty: "fail"`, an empty text.
 */
export function prepareSummaries(
  source: ColumnTable,
  options: SummaryOptions = {},
): { rows: ColumnTable; report: SummaryReport } {
  checkOptions("prepareSummaries", options, summaryChecks);
  const { empty = "drop", document = "document", summary = "summary", ...columns } = options;
  const id = columns.id ?? (source.columnNames().includes("id") ? "id" : undefined);
  const documents = texts(source, document);
  const summaries = texts(source, summary);
  const given = id === undefined ? undefined : columnValues("prepareSummaries", source, id);
  const ids = (given ?? [...documents.keys()]).map(String);
  const nameless = given?.findIndex(name => name === null || name === undefined || name === "") ?? -1;
  if (nameless >= 0)
    fail("prepareSummaries", `row ${nameless} has no ${id}`, "Give each row a name of its own, or no column of them.");
  const report = {
    rows: source.numRows(),
    kept: 0,
    emptyDocuments: 0,
    emptySummaries: 0,
    repeated: 0,
    sameTexts: 0,
    notShorter: 0,
    notLatin: 0,
    shared: 0,
  };
  const seen = new Map<string, number>();
  const byDocument = new Map<string, number[]>();
  const kept: number[] = [];
  for (const [row, name] of ids.entries()) {
    const lacking = documents[row] === "" ? document : summaries[row] === "" ? summary : undefined;
    if (lacking !== undefined) {
      if (empty === "fail")
        fail(
          "prepareSummaries",
          `row ${row} (${name}) has no ${lacking}`,
          'Correct it, or leave such rows out with empty: "drop".',
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
    const same = byDocument.get(documents[row]);
    if (same?.some(other => summaries[other] === summaries[row])) report.sameTexts++;
    else if (same) same.push(row);
    else byDocument.set(documents[row], [row]);
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
 * A text with one "\n" between its lines and one blank between its words: the same string, not a copy, if it is clean
 * already.
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
 * `table` with clean texts in these columns, so that a large table of raw texts need not stay in memory beside the
 * prepared one.
 */
export function withCleanTexts(table: ColumnTable, columns: readonly string[]): ColumnTable {
  const clean = (value: unknown) => (typeof value === "string" ? cleanText(value) : value);
  const known = columns.filter(name => table.column(name));
  return table.assign(Object.fromEntries(known.map(name => [name, Array.from(valuesOf(table, name), clean)])));
}

function texts(table: ColumnTable, column: string): string[] {
  return columnValues("prepareSummaries", table, column).map((value, row) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string")
      fail("prepareSummaries", `row ${row} of "${column}" is ${JSON.stringify(value)}`, "Give a text.");
    return cleanText(value as string);
  });
}

/** The values of a column. Errors: it is not there. */
export function columnValues(where: string, table: ColumnTable, column: string): unknown[] {
  if (!table.column(column))
    fail(where, `there is no column "${column}"`, `The table has ${table.columnNames().join(", ")}.`);
  return Array.from(valuesOf(table, column));
}
