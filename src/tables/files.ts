// Tables from text files: all rows, or an error with the file and the line.

import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, required, text } from "../core/options";
import { jsonRecords } from "./json-records";
import { recordsTable } from "./records-table";
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
 * Reads a table from JSON Lines, such as a run's log: one object a line, or a list of objects. There is a column for
 * every key, with undefined in rows whose line lacks it. Integers beyond 2^53 become BigInt.
 *
 * Errors: a missing or empty file; bytes that are not UTF-8; a line that is not a JSON object; a key that one has
 * twice.
 */
export function readJsonLines(file: string, options: Pick<DelimitedOptions, "whenMissing"> = {}): aq.ColumnTable {
  checkOptions("readJsonLines", options, { whenMissing: text });
  const name = path.basename(file);
  return recordsTable(jsonRecords(content(file, options.whenMissing), name), name);
}

function content(file: string, whenMissing = "Check the path."): Buffer {
  try {
    return utf8Bytes(readFileSync(file), path.basename(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const found = code === "ENOENT" ? "there is no such file" : `it cannot be read (${message})`;
    fail(file, found, whenMissing, error);
  }
}

function lines(file: string, whenMissing?: string): string[] {
  const bytes = content(file, whenMissing);
  // Line by line, because a large file can exceed the maximum length of a string
  const found = Array.from(lineBounds(bytes), ({ start, end }) =>
    bytes.toString("utf8", start, bytes[end - 1] === CR && end > start ? end - 1 : end),
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
