// Quoted CSV (RFC 4180) and TSV, read strictly and column by column from the bytes of the file.

import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { bytesOf } from "./bytes";
import { columnNames } from "./column-names";
import { valuesOf } from "./columns";
import { type FieldType, fieldTypes, inferred, typed } from "./csv-types";
import { separatorOf } from "./separator";
import { utf8Bytes } from "./utf8";
import { joinedLines, writeWhole } from "./whole-file";

/** How a CSV file is read. */
export interface CsvOptions {
  /** One character. Default: see `separatorOf`. */
  separator?: string;
  /**
   * Types of columns by name. Default: number if all fields are empty or numbers in JavaScript's notation (not "007",
   * nor integers of more digits than a number keeps), boolean if all are empty, true or false in any case, json if all
   * are empty or lists or records in JSON; otherwise text.
   */
  types?: Record<string, FieldType>;
}

const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];

/**
 * Reads a table from a file whose first row names the columns. A field in quotation marks may contain separators, line
 * ends, and quotation marks written twice. An empty field becomes "" in a column of text, NaN in a column of numbers,
 * and null in a column of booleans or of JSON. Blank lines are no rows where there are several columns.
 *
 * Errors, with file, line and column: a row of another length; text after a closing quotation mark, or one that is
 * never closed; a carriage return without a line feed; a field that is not of the column's type; two columns of one
 * name; bytes that are not UTF-8.
 */
export async function readCsv(
  file: string,
  { separator: given, types = {} }: CsvOptions = {},
): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const bytes = utf8Bytes(await bytesOf(file), name);
  const { separator, start } = given === undefined ? separatorOf(bytes, name) : { separator: given, start: 0 };
  const rows = fields(bytes.subarray(start), separator.charCodeAt(0), name, start > 0 ? 2 : 1);
  const header = rows.next();
  if (header.done) fail(name, "the file is empty", "Its first row must name the columns.");
  const names = columnNames(`${name}:${header.value.line}`, header.value.texts);
  const unknown = Object.keys(types).find(own => !names.includes(own));
  if (unknown !== undefined) fail(name, `there is no column "${unknown}"`, `The file has ${names.join(", ")}.`);

  const strange = Object.entries(types).find(([, type]) => !fieldTypes.includes(type));
  if (strange) fail(name, `the type of "${strange[0]}" is "${strange[1]}"`, `Use one of ${fieldTypes.join(", ")}.`);

  const columns: string[][] = names.map(() => []);
  const lines: number[] = [];
  for (const { line, texts, blank } of rows) {
    if (blank && names.length > 1) continue;
    if (texts.length !== names.length)
      fail(`${name}:${line}`, `expected ${names.length} fields, found ${texts.length}`, "Correct or remove the row.");
    for (const [c, text] of texts.entries()) columns[c].push(text);
    lines.push(line);
  }
  return aq.table(
    names.map((own, c) => [own, typed(columns[c], types[own] ?? inferred(columns[c]), row => [name, lines[row], own])]),
  );
}

interface Row {
  /** The number of its first line. */
  line: number;
  texts: string[];
  /** Nothing is in the line. */
  blank: boolean;
}

function* fields(bytes: Buffer, separator: number, name: string, firstLine: number): Generator<Row, void> {
  let at = 0;
  let line = firstLine;
  while (at < bytes.length) {
    const texts: string[] = [];
    const begun = line;
    const blank = bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);
    for (;;) {
      const start = at;
      if (bytes[at] === QUOTE) {
        const where = () => `${name}:${line}, column ${texts.length + 1}`;
        let twice = false;
        for (at++; ; at++) {
          const next = bytes.indexOf(QUOTE, at);
          if (next < 0) fail(where(), "a quotation mark is never closed", "Close it, or write it twice inside quotes.");
          at = next + 1;
          if (bytes[at] !== QUOTE) break;
          twice = true;
        }
        const inside = bytes.toString("utf8", start + 1, at - 1);
        if (!endsField(bytes, at, separator))
          fail(where(), "there is text after the closing quotation mark", "Write quotation marks inside quotes twice.");
        for (let i = start; i < at; i++) if (bytes[i] === LF) line++;
        texts.push(twice ? inside.replaceAll('""', '"') : inside);
      } else {
        while (at < bytes.length && bytes[at] !== separator && bytes[at] !== LF) at++;
        const end = bytes[at - 1] === CR && bytes[at] !== separator && at > start ? at - 1 : at;
        if (bytes.subarray(start, end).includes(CR))
          fail(
            `${name}:${begun}, column ${texts.length + 1}`,
            "there is a carriage return without a line feed",
            "End lines with LF or CR LF; quote a field that contains one.",
          );
        texts.push(bytes.toString("utf8", start, end));
      }
      if (bytes[at] !== separator || at >= bytes.length) break;
      at++;
    }
    if (bytes[at] === CR) at++;
    at++; // the line feed
    line++;
    yield { line: begun, texts, blank };
  }
}

const endsField = (bytes: Buffer, at: number, separator: number) =>
  at >= bytes.length || bytes[at] === separator || bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF);

/** Writes a table as CSV, with empty fields for missing values. Errors: a column of lists or records. */
export async function writeCsv(file: string, table: aq.ColumnTable, { separator = "," } = {}): Promise<void> {
  const names = table.columnNames();
  const columns = names.map(name => valuesOf(table, name));
  const special = new RegExp(`["\\r\\n${separator}]`);
  const field = (value: unknown, name: string): string => {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "object")
      fail("writeCsv", `the column "${name}" holds lists or records`, "Write .jsonl, .parquet or .arrow instead.");
    const text = String(value);
    return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  function* lines() {
    yield names.map(name => field(name, name)).join(separator);
    for (let row = 0; row < table.numRows(); row++) {
      const line = columns.map((values, c) => field(values[row], names[c])).join(separator);
      yield line === "" ? '""' : line; // so that a row of one empty field is not an empty line
    }
  }
  await writeWhole(file, joinedLines(lines()));
}
