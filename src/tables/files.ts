// Tables from text files: all rows, or an error with the file and the line.

import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, required, text } from "../core/options";
import { lineBounds, utf8Bytes } from "./utf8";

/** How a file of separated fields is read. */
export interface DelimitedOptions {
  /** Names of the columns, in order; the file has no header. */
  columns: string[];
  /** Default: a tab. */
  separator?: string;
  /** Columns of numbers; the others are text. Default: none. */
  numbers?: string[];
  /** What the user can do if the file does not exist, for the error. Default "Check the path." */
  whenMissing?: string;
}

const delimitedChecks: Checks<DelimitedOptions> = {
  columns: required(listOf(text)),
  separator: text,
  numbers: listOf(text),
  whenMissing: text,
};

/**
 * Reads a table from lines of separated fields without quoting. A quotation mark is ordinary text, so a stray one
 * cannot swallow the following lines.
 *
 * Errors: a missing or empty file; bytes that are not UTF-8; a wrong number of fields; a field that is not a number in
 * a column of numbers.
 */
export function readDelimited(file: string, options: DelimitedOptions): aq.ColumnTable {
  checkOptions("readDelimited", options, delimitedChecks);
  const { columns, separator = "\t", numbers = [], whenMissing } = options;
  const values: (string | number)[][] = columns.map(() => []);
  for (const [i, line] of lines(file, whenMissing).entries()) {
    const fields = line.split(separator);
    const where = `${path.basename(file)}:${i + 1}`;
    if (fields.length !== columns.length) {
      const kind = separator === "\t" ? "tab-separated" : `"${separator}"-separated`;
      fail(where, `expected ${columns.length} ${kind} fields, found ${fields.length}`, "Correct or remove the line.");
    }
    for (const [c, field] of fields.entries()) {
      values[c].push(numbers.includes(columns[c]) ? toNumber(field, where, columns[c]) : field);
    }
  }
  return aq.table(columns.map((name, c) => [name, values[c]]));
}

/**
 * Reads a table from JSON Lines, such as a run's log: one object a line. There is a column for every key, with
 * undefined in rows whose line lacks it.
 *
 * Errors: a missing or empty file; bytes that are not UTF-8; a line that is not a JSON object; an integer with more
 * digits than a number can represent.
 */
export function readJsonLines(file: string, options: Pick<DelimitedOptions, "whenMissing"> = {}): aq.ColumnTable {
  checkOptions("readJsonLines", options, { whenMissing: text });
  const { whenMissing } = options;
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
  const content = utf8Bytes(bytes, path.basename(file));
  // Line by line, because a large file can exceed the maximum length of a string
  const found = Array.from(lineBounds(content), ({ start, end }) =>
    content.toString("utf8", start, content[end - 1] === CR && end > start ? end - 1 : end),
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
    fail(where, `it is not JSON (${(error as Error).message})`, "Correct or remove the line.", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail(where, `expected a JSON object, found ${line.slice(0, 40)}`, "Correct or remove the line.");
  }
  if (/\d{16}/.test(line)) needExact(value, line, where);
  return value as Record<string, unknown>;
}

/** Errors: an integer that differs from the digits in the line, so that two ids may have become equal. */
function needExact(value: unknown, line: string, where: string): void {
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) needExact(part, line, where);
  if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const written = line.match(/(?<=[:[,]\s*)-?\d{16,}(?=\s*[,}\]])/g)?.find(own => Number(own) === value);
  if (written !== undefined && ![String(value), String(BigInt(value))].includes(written))
    fail(where, `${written} has more digits than a number can represent`, "Write it as a text, in quotation marks.");
}
