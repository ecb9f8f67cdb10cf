// Tables from and to files, in the format of the file's extension.

import { access } from "node:fs/promises";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, made, text } from "../core/options";
import { readArrow, writeArrow } from "./arrow";
import { finished, valuesOf } from "./columns";
import { type CsvOptions, readCsv, writeCsv } from "./csv";
import { readJsonLines } from "./files";
import { readParquet, writeParquet } from "./parquet";
import { joinedLines, writeWhole } from "./whole-file";

/** How `readTable` reads. */
export interface ReadTableOptions {
  /** Columns to keep, in this order. Default: all. Of Parquet and Arrow files no others are read. */
  columns?: string[];
  /**
   * Types of columns of CSV and TSV files by name: "text", "number" or "boolean". Default: number if all fields are
   * empty or numbers in JavaScript's notation, boolean if all are empty, true or false; otherwise text.
   */
  types?: CsvOptions["types"];
}

const readTableChecks: Checks<ReadTableOptions> = { columns: listOf(text), types: made("a record of types by column") };

interface Format {
  read(file: string, options: ReadTableOptions): Promise<aq.ColumnTable>;
  write(file: string, table: aq.ColumnTable): Promise<void>;
}

const jsonLines: Format = {
  async read(file) {
    const table = readJsonLines(file);
    return aq.table(table.columnNames().map(name => [name, finished(valuesOf(table, name))]));
  },
  write: writeJsonLines,
};
const arrow: Format = { read: readArrow, write: writeArrow };
const delimited = (separator: string): Format => ({
  read: (file, { types }) => readCsv(file, { separator, types }),
  write: (file, table) => writeCsv(file, table, { separator }),
});
const formats: Record<string, Format> = {
  ".csv": delimited(","),
  ".tsv": delimited("\t"),
  ".jsonl": jsonLines,
  ".ndjson": jsonLines,
  ".parquet": { read: readParquet, write: writeParquet },
  ".arrow": arrow,
  ".feather": arrow,
};

/**
 * Reads a table: .csv, .tsv, .jsonl (.ndjson), .parquet, .arrow (.feather). Either all rows are read, or an error names
 * the file and, for text files, the line and column.
 *
 * Errors: another extension; a missing file; a column that the file lacks; malformed content.
 */
export async function readTable(file: string, options: ReadTableOptions = {}): Promise<aq.ColumnTable> {
  checkOptions("readTable", options, readTableChecks);
  const format = formatOf("readTable", file);
  await access(file).catch(error => fail(file, "there is no such file", "Check the path.", error));
  const table = await format.read(file, options);
  const { columns = table.columnNames() } = options;
  const lacking = columns.find(name => !table.column(name));
  if (lacking !== undefined)
    fail(path.basename(file), `there is no column "${lacking}"`, `The file has ${table.columnNames().join(", ")}.`);
  return table.select(columns);
}

/**
 * Writes the rows of a table, filtered and ordered like the table, in the format of the file's extension; see
 * `readTable`. The file is written completely or not at all.
 *
 * Errors: another extension; lists or records in CSV or TSV.
 */
export async function writeTable(file: string, table: aq.ColumnTable): Promise<void> {
  await formatOf("writeTable", file).write(file, table);
}

function formatOf(where: string, file: string): Format {
  const ending = path.extname(file).toLowerCase();
  if (!Object.hasOwn(formats, ending))
    fail(where, `"${file}" has no known extension`, `Use one of ${Object.keys(formats).join(", ")}.`);
  return formats[ending];
}

/** Writes one object a line. NaN becomes null, as JSON has no NaN. */
async function writeJsonLines(file: string, table: aq.ColumnTable): Promise<void> {
  const columns = table.columnNames().map(name => [name, valuesOf(table, name)] as const);
  function* lines() {
    for (let row = 0; row < table.numRows(); row++)
      yield JSON.stringify(Object.fromEntries(columns.map(([name, values]) => [name, values[row]])));
  }
  await writeWhole(file, joinedLines(lines()));
}
