// Tables from and to files, in the format of the file's extension.

import * as path from "node:path";
import type * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, made, text } from "../core/options";
import { readArrow, writeArrow } from "./arrow";
import { bytesOf } from "./bytes";
import { valuesOf } from "./columns";
import { type CsvOptions, readCsv, writeCsv } from "./csv";
import { warnIfLarge } from "./fits";
import { joinedTables } from "./joined-tables";
import { jsonRecords } from "./json-records";
import { writeJson } from "./json-values";
import { readParquet, writeParquet } from "./parquet";
import { finishedRecords } from "./records-table";
import { type PartOptions, tableFiles } from "./table-files";
import { utf8Bytes } from "./utf8";
import { joinedLines, writeWhole } from "./whole-file";

/** How `readTable` reads. */
export interface ReadTableOptions extends PartOptions {
  /** Columns to keep, in this order. Default: all. Of Parquet and Arrow files no others are read. */
  columns?: string[];
  /**
   * Types of columns of CSV and TSV files by name: "text", "number", "boolean" or "json". Default: number if all fields
   * are empty or numbers in JavaScript's notation, boolean if all are empty, true or false, json if all are empty,
   * lists or records; otherwise text.
   */
  types?: CsvOptions["types"];
  /** Of CSV files: one character. Default: what the header shows, of comma, semicolon, tab and |. */
  separator?: string;
}

const readTableChecks: Checks<ReadTableOptions> = {
  columns: listOf(text),
  types: made("a record of types by column"),
  separator: { expected: "one character", accepts: value => typeof value === "string" && value.length === 1 },
  split: text,
  config: text,
  revision: text,
};

interface Format {
  read(file: string, options: ReadTableOptions): Promise<aq.ColumnTable>;
  write?(file: string, table: aq.ColumnTable): Promise<void>;
  /** Whether the file says what is a number and what is text. */
  typed: boolean;
}

const json: Format = {
  async read(file) {
    const name = path.basename(file);
    return finishedRecords(jsonRecords(utf8Bytes(await bytesOf(file), name), name), name);
  },
  typed: true,
};
const jsonLines: Format = { ...json, write: writeJsonLines };
const arrow: Format = { read: readArrow, write: writeArrow, typed: true };
const delimited = (usual: string | undefined, separator: string): Format => ({
  read: (file, { types, separator: own }) => readCsv(file, { separator: own ?? usual, types }),
  write: (file, table) => writeCsv(file, table, { separator }),
  typed: false,
});
const texts: Record<string, Format> = {
  ".csv": delimited(undefined, ","),
  ".tsv": delimited("\t", "\t"),
  ".jsonl": jsonLines,
  ".ndjson": jsonLines,
  ".json": json,
};
const readOnly = ({ read, typed }: Format): Format => ({ read, typed });
const formats: Record<string, Format> = {
  ...texts,
  ".parquet": { read: readParquet, write: writeParquet, typed: true },
  ".arrow": arrow,
  ".feather": arrow,
  ...Object.fromEntries(Object.entries(texts).map(([ending, format]) => [`${ending}.gz`, readOnly(format)])),
};
/** Endings of the files that are tables. */
export const tableEndings: readonly string[] = Object.keys(formats);

/**
 * Reads a table: .csv, .tsv, .jsonl (.ndjson), .json, all of them also as .gz, .parquet, .arrow (.feather). Either all
 * rows are read, or an error names the file and, for text files, the line and column. Several files are one table: a
 * pattern ("train-*.parquet"), a folder (with `split` where it has several), or a data set of the hub ("owner/name").
 *
 * Before it begins, it warns of files that are unlikely to fit in memory.
 *
 * Errors: another extension; a missing file; a column that the file lacks; malformed content; files of different
 * columns; a split or configuration that must be named.
 */
export async function readTable(file: string, options: ReadTableOptions = {}): Promise<aq.ColumnTable> {
  checkOptions("readTable", options, readTableChecks);
  const files = await tableFiles(file, options, tableEndings);
  warnIfLarge(files);
  const parts: { file: string; table: aq.ColumnTable }[] = [];
  for (const own of files) parts.push({ file: own, table: await readOne(own, options) });
  return joinedTables(parts, { typed: files.every(own => formatOf("readTable", own).typed) });
}

async function readOne(file: string, options: ReadTableOptions): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const table = await formatOf("readTable", file)
    .read(file, options)
    .catch(error => {
      if (!(error instanceof RangeError)) throw error;
      return fail(name, `its values are nested too deep or too large (${error.message})`, "Simplify the file.", error);
    });
  const { columns = table.columnNames() } = options;
  const lacking = columns.find(own => !table.column(own));
  if (lacking !== undefined)
    fail(name, `there is no column "${lacking}"`, `The file has ${table.columnNames().join(", ")}.`);
  return table.select(columns);
}

/**
 * Writes the rows of a table, filtered and ordered like the table, in the format of the file's extension; see
 * `readTable`. The file is written completely or not at all.
 *
 * Errors: another extension, or one that is only read (.json, .gz); lists or records in CSV or TSV.
 */
export async function writeTable(file: string, table: aq.ColumnTable): Promise<void> {
  const { write } = formatOf("writeTable", file);
  const written = tableEndings.filter(ending => formats[ending].write).join(", ");
  if (!write) fail("writeTable", `"${file}" is of a kind that is only read`, `Use one of ${written}.`);
  await write(file, table);
}

function formatOf(where: string, file: string): Format {
  const lower = file.toLowerCase();
  const ending = tableEndings.find(own => lower.endsWith(own));
  if (ending === undefined) fail(where, `"${file}" has no known extension`, `Use one of ${tableEndings.join(", ")}.`);
  return formats[ending];
}

/** Writes one object a line. NaN becomes null, as JSON has no NaN. */
async function writeJsonLines(file: string, table: aq.ColumnTable): Promise<void> {
  const columns = table.columnNames().map(name => [name, valuesOf(table, name)] as const);
  function* lines() {
    for (let row = 0; row < table.numRows(); row++)
      yield writeJson(Object.fromEntries(columns.map(([name, values]) => [name, values[row]])));
  }
  await writeWhole(file, joinedLines(lines()));
}
