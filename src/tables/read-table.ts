// Tables from and to files, by the ending of the name.

import { access } from "node:fs/promises";
import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { readArrow, writeArrow } from "./arrow";
import { finished, valuesOf } from "./columns";
import { type CsvOptions, readCsv, writeCsv } from "./csv";
import { readJsonLines } from "./files";
import { readParquet, writeParquet } from "./parquet";
import { joinedLines, writeWhole } from "./whole-file";

export interface ReadTableOptions {
  /** The columns to keep, in this order. Default all. Parquet and Arrow read no others. */
  columns?: string[];
  /** Types of a CSV or TSV file's columns; see `readCsv`. */
  types?: CsvOptions["types"];
}

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
 * Reads a table: .csv, .tsv, .jsonl (.ndjson), .parquet, .arrow (.feather). All rows, or an error that names the file, and the
 * line and column where there are such.
 *
 * Errors: another ending, no such file, a column that is not there, and those of the format.
 */
export async function readTable(file: string, options: ReadTableOptions = {}): Promise<aq.ColumnTable> {
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
 * Writes a table's rows as they are filtered and ordered, in the format of the name's ending; see `readTable`. The file appears
 * whole or not at all.
 *
 * Errors: another ending; lists or records in CSV or TSV.
 */
export async function writeTable(file: string, table: aq.ColumnTable): Promise<void> {
  await formatOf("writeTable", file).write(file, table);
}

function formatOf(where: string, file: string): Format {
  const ending = path.extname(file).toLowerCase();
  if (!Object.hasOwn(formats, ending))
    fail(where, `"${file}" is no table's name`, `Let it end in ${Object.keys(formats).join(", ")}.`);
  return formats[ending];
}

/** One object a line. NaN, which JSON lacks, becomes null. */
async function writeJsonLines(file: string, table: aq.ColumnTable): Promise<void> {
  const columns = table.columnNames().map(name => [name, valuesOf(table, name)] as const);
  function* lines() {
    for (let row = 0; row < table.numRows(); row++)
      yield JSON.stringify(Object.fromEntries(columns.map(([name, values]) => [name, values[row]])));
  }
  await writeWhole(file, joinedLines(lines()));
}
