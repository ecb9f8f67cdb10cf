// Tables from files: all rows, or an error that names the file and the line.

import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { lineBounds, utf8Bytes } from "./utf8";

export interface DelimitedOptions {
  /** The names of the columns, in the order of the file, which has no header. */
  columns: string[];
  /** Default: a tab. */
  separator?: string;
  /** The file's own columns that hold numbers; the others stay text. Default: none. */
  numbers?: string[];
  /** What to do when the file is not there. */
  whenMissing?: string;
}

/**
 * A table from lines of separated fields without quoting: a quotation mark is text like any other, so a stray one
 * cannot swallow the lines after it.
 *
 * Errors: no such file, no rows, bytes that are not UTF-8, a wrong number of fields, a number that is none.
 */
export function readDelimited(file: string, options: DelimitedOptions): aq.ColumnTable {
  const { columns, separator = "\t", numbers = [], whenMissing } = options;
  const values: (string | number)[][] = columns.map(() => []);
  for (const [i, line] of lines(file, whenMissing).entries()) {
    const fields = line.split(separator);
    const where = `${path.basename(file)}:${i + 1}`;
    if (fields.length !== columns.length) {
      const kind = separator === "\t" ? "tab-separated" : `"${separator}"-separated`;
      fail(where, `expected ${columns.length} ${kind} fields, found ${fields.length}`, "Mend or remove the line.");
    }
    for (const [c, field] of fields.entries()) {
      values[c].push(numbers.includes(columns[c]) ? toNumber(field, where, columns[c]) : field);
    }
  }
  return aq.table(columns.map((name, c) => [name, values[c]]));
}

/**
 * A table from JSON Lines, such as a run's log: one object a line; a column for every key of any line, undefined where
 * a line has no such key.
 *
 * Errors: no such file, no rows, bytes that are not UTF-8, a line that is not a JSON object.
 */
export function readJsonLines(
  file: string,
  { whenMissing }: Pick<DelimitedOptions, "whenMissing"> = {},
): aq.ColumnTable {
  const rows = lines(file, whenMissing).map((line, i) => toObject(line, `${path.basename(file)}:${i + 1}`));
  const names = new Set(rows.flatMap(Object.keys));
  return aq.table([...names].map(name => [name, rows.map(row => row[name])]));
}

function lines(file: string, whenMissing = "Check the path."): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    fail(
      file,
      missing ? "there is no such file" : `it cannot be read (${(error as Error).message})`,
      whenMissing,
      error,
    );
  }
  const text = utf8Bytes(bytes, path.basename(file));
  // Line by line, because a large file is longer than a text may be
  const found = Array.from(lineBounds(text), ({ start, end }) =>
    text.toString("utf8", start, text[end - 1] === CR && end > start ? end - 1 : end),
  );
  if (found.length === 0) fail(file, "the file is empty", "Replace it.");
  return found;
}

const CR = 0x0d;

function toNumber(field: string, where: string, column: string): number {
  const value = Number(field);
  if (field.trim() === "" || Number.isNaN(value)) {
    fail(where, `${column} is "${field}"`, "Give a number.");
  }
  return value;
}

function toObject(line: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    fail(where, `it is not JSON (${(error as Error).message})`, "Mend or remove the line.", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(where, `expected a JSON object, found ${line.slice(0, 40)}`, "Mend or remove the line.");
  }
  if (/\d{16}/.test(line)) needExact(value, line, where);
  return value as Record<string, unknown>;
}

/** Errors: a whole number that is not what the line says, so that two ids may have become one. */
function needExact(value: unknown, line: string, where: string): void {
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) needExact(part, line, where);
  if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const written = line.match(/(?<=[:[,]\s*)-?\d{16,}(?=\s*[,}\]])/g)?.find(own => Number(own) === value);
  if (written !== undefined && ![String(value), String(BigInt(value))].includes(written))
    fail(where, `${written} has more digits than a number keeps`, "Write it as a text, in quotation marks.");
}
