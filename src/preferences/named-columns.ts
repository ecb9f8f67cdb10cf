// Columns of other people's tables, by their usual names or by the caller's.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "../tables/columns";
import type { Sequence } from "./lists-table";

/** The column of that name; without one, the first that the table has of the usual names, or undefined. */
export function findColumn(
  where: string,
  table: ColumnTable,
  name: string | undefined,
  usual: readonly string[],
): string | undefined {
  if (name !== undefined && !table.column(name))
    fail(where, `there is no column "${name}"`, `The table has ${table.columnNames().join(", ")}.`);
  return name ?? usual.find(own => table.column(own));
}

/** As `findColumn`, but the column must be there. `option` is what names it. */
export function needColumn(
  where: string,
  table: ColumnTable,
  option: string,
  name: string | undefined,
  usual: readonly string[],
): string {
  const found = findColumn(where, table, name, usual);
  if (found !== undefined) return found;
  const known = table.columnNames().join(", ");
  fail(where, `no column is named ${usual.join(" or ")}`, `Name it by the option "${option}"; the table has ${known}.`);
}

/** The sequences of a column. Errors: a value that is not a sequence, with its row. */
export function sequences(where: string, table: ColumnTable, name: string): ArrayLike<Sequence> {
  const values = valuesOf(table, name);
  for (let row = 0; row < values.length; row++)
    if (typeof values[row] !== "string") needSequence(where, values[row], name, row);
  return values as ArrayLike<Sequence>;
}

/** Errors: a value that is neither a text nor a conversation nor token ids. */
export function needSequence(where: string, value: unknown, name: string, row: number): void {
  const whole = (check: (item: any) => boolean) => Array.isArray(value) && value.every(check);
  if (typeof value === "string" || whole(item => typeof item === "number") || whole(isMessage)) return;
  const found = value === undefined || value === null ? "missing" : `${JSON.stringify(value)}`.slice(0, 60);
  const remedy =
    typeof value === "number"
      ? `Read it as text: readTable(file, { types: { ${JSON.stringify(name)}: "text" } }).`
      : "Give texts, lists of messages {role, content}, or token ids; drop rows that lack one.";
  fail(where, `${name} of row ${row} is ${found}`, remedy);
}

const isMessage = (item: any) => typeof item?.role === "string" && typeof item.content === "string";

/** The numbers of a column, missing ones as NaN. Errors: another value, with its row. */
export function numbersOf(where: string, table: ColumnTable, name: string): ArrayLike<number> {
  const values: Values = valuesOf(table, name);
  if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<number>;
  return Float64Array.from(
    values as ArrayLike<unknown>,
    (value, row) =>
      numberOf(value) ?? fail(where, `${name} of row ${row} is ${JSON.stringify(value)}`, "Give numbers."),
  );
}

/**
 * A number, NaN where it is missing, undefined for anything else. Numbers in texts count: a file's column with one word
 * among its numbers is read as a column of texts, and only the word is an error.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value === null || value === undefined || value === "") return Number.NaN;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** True or false of a value that may also be 1 or 0. Errors: another value. */
export function truth(where: string, value: unknown, name: string): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  fail(where, `${name} is ${JSON.stringify(value)}`, "Give true or false, or 1 or 0.");
}
