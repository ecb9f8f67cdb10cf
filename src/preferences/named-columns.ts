// Columns of other people's tables, by their usual names or by the caller's.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "../tables/columns";
import { isTurn, mayBeConversation, sequenceOf, shown } from "./conversations";
import type { Sequence } from "./lists-table";

/** Columns of what was asked, as data sets call them. */
export const usualPrompts = [
  "prompt",
  "instruction",
  "question",
  "query",
  "history",
  "post",
  "context",
  "conversations",
  "conversation",
  "messages",
  "info.post",
  "info.article",
  "question.full_text",
  "question.problem",
];

/** Columns of who judged. */
export const usualAnnotators = ["annotator", "annotator_id", "worker", "worker_id", "judge", "rater", "labeler"];

/** The column of that name; without one, the first that the table has of the usual names, or undefined. */
export function findColumn(
  where: string,
  table: aq.ColumnTable,
  name: string | undefined,
  usual: readonly string[],
): string | undefined {
  if (name !== undefined && !table.column(name))
    fail(where, `there is no column "${name}"`, `The table has ${listed(table)}.`);
  return name ?? usual.find(own => table.column(own));
}

/** As `findColumn`, but the column must be there. `option` is what names it. */
export function needColumn(
  where: string,
  table: aq.ColumnTable,
  option: string,
  name: string | undefined,
  usual: readonly string[],
): string {
  const found = findColumn(where, table, name, usual);
  if (found !== undefined) return found;
  const known = listed(table);
  fail(where, `no column is named ${usual.join(" or ")}`, `Name it by the option "${option}"; the table has ${known}.`);
}

/** The names of a table's columns, for errors. */
export function listed(table: aq.ColumnTable): string {
  const names = table.columnNames();
  return names.length > 40 ? `${names.slice(0, 40).join(", ")} and ${names.length - 40} more` : names.join(", ");
}

/** The sequences of a column. Errors: a value that is not a sequence, with its row. */
export const sequences = (where: string, table: aq.ColumnTable, name: string): ArrayLike<Sequence> =>
  sequencesOf(where, valuesOf(table, name), name);

/** The sequences of values; a copy only where their layout is another. */
export function sequencesOf(where: string, values: Values, name: string): ArrayLike<Sequence> {
  let out: Sequence[] | undefined;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "string" && !out && !mayBeConversation(value)) continue;
    const own = sequenceOf(where, value, name, row);
    if (own === value || out) {
      if (out) out[row] = own;
      continue;
    }
    out = Array.from(values as ArrayLike<Sequence>);
    out[row] = own;
  }
  return out ?? (values as ArrayLike<Sequence>);
}

/**
 * The prompts of a table: those of the named column, else of the first of the usual ones, with Alpaca's `input` behind
 * `instruction`; undefined where there is none.
 */
export function promptsOf(
  where: string,
  table: aq.ColumnTable,
  name: string | undefined,
  except: readonly (string | undefined)[] = [],
): ArrayLike<Sequence> | undefined {
  const isPrompt = (own: string) => !except.includes(own) && table.column(own) && !isOther(valuesOf(table, own)[0]);
  const found = findColumn(where, table, name, usualPrompts.filter(isPrompt));
  if (found === undefined) return undefined;
  const prompts = sequences(where, table, found);
  if (name !== undefined || found !== "instruction" || !table.column("input")) return prompts;
  const inputs = valuesOf(table, "input");
  return Array.from(prompts, (prompt, row) => {
    const input = inputs[row];
    return typeof prompt === "string" && typeof input === "string" && input !== "" ? `${prompt}\n\n${input}` : prompt;
  });
}

/** A record that is no message: its fields are columns of their own. */
const isOther = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !isTurn(value);

/** The numbers of a column, missing ones as NaN. Errors: another value, with its row. */
export function numbersOf(where: string, table: aq.ColumnTable, name: string): ArrayLike<number> {
  const values: Values = valuesOf(table, name);
  if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<number>;
  return Float64Array.from(
    values as ArrayLike<unknown>,
    (value, row) => numberOf(value) ?? fail(where, `${name} of row ${row} is ${shown(value)}`, "Give numbers."),
  );
}

/**
 * A number, NaN where it is missing, undefined for anything else. Numbers in texts count: a file's column with one word
 * among its numbers is read as a column of texts, and only the word is an error.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (value === null || value === undefined || value === "") return Number.NaN;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** True or false, also as 1 or 0, or as texts of these in any case. Errors: another value. */
export function truth(where: string, value: unknown, name: string): boolean {
  const text = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (text === true || text === 1 || text === "true" || text === "1" || text === 1n) return true;
  if (text === false || text === 0 || text === "false" || text === "0" || text === 0n) return false;
  fail(where, `${name} is ${shown(value)}`, "Give true or false, or 1 or 0.");
}

/** A table with a column for each field of the records in its cells, "info.post", beside them. */
export function withFields(table: aq.ColumnTable): aq.ColumnTable {
  const added: [string, unknown[]][] = [];
  for (const name of table.columnNames()) {
    const column = table.data()[name];
    const first = Array.isArray(column) ? column.find(value => value !== null && value !== undefined) : undefined;
    if (typeof first !== "object" || Array.isArray(first) || first instanceof Date || isTurn(first)) continue;
    const values = valuesOf(table, name);
    const names = new Set<string>();
    for (let row = 0; row < Math.min(values.length, 100); row++)
      for (const field of Object.keys((values[row] ?? {}) as object)) names.add(field);
    for (const field of names)
      added.push([`${name}.${field}`, Array.from(values, value => (value as Record<string, unknown> | null)?.[field])]);
  }
  if (added.length === 0) return table;
  const own = table.columnNames().map(name => [name, valuesOf(table, name)] as [string, unknown[]]);
  return aq.table([...own, ...added.filter(([name]) => !table.column(name))]);
}
