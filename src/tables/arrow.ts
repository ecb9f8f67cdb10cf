import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { tableFromIPC, utf8 } from "@uwdata/flechette";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { finished, type Values, valuesOf } from "./columns";
import { writeWhole } from "./whole-file";

/**
 * Reads a table from an Arrow file or stream, such as the files of a saved Hugging Face data set. Columns of numbers
 * without missing values are not copied out of the file's bytes.
 *
 * Errors, with the file: bytes that are not Arrow, or compressed; a column that the file lacks.
 */
export async function readArrow(file: string, { columns }: { columns?: string[] } = {}): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const bytes = await readFile(file);
  const arrow = (() => {
    try {
      if (bytes.length === 0) throw new Error("it is empty");
      const table = tableFromIPC(bytes, { useDate: true, useBigInt: true });
      for (const column of table.children) for (const batch of column.data) checkLengths(batch, 8 * bytes.length);
      return table;
    } catch (error) {
      const { message } = error as Error;
      fail(name, `it cannot be read as Arrow (${message})`, "Give a whole file, written without compression.", error);
    }
  })();
  const known = arrow.schema.fields.map(field => field.name);
  const lacking = columns?.find(column => !known.includes(column));
  if (lacking !== undefined) fail(name, `there is no column "${lacking}"`, `The file has ${known.join(", ")}.`);
  return aq.table((columns ?? known).map(column => [column, finished(arrow.getChild(column).toArray() as Values)]));
}

/** Errors: more values than the bytes can hold; overlapping items, which could take hours to read. */
function checkLengths(batch: any, most: number): void {
  const { length, offsets = [], children = [] } = batch;
  let ordered = length <= most && Number(offsets[length] ?? 0) <= most;
  for (let i = 1; i <= length && i < offsets.length; i++) ordered &&= offsets[i] >= offsets[i - 1];
  if (!ordered) throw new Error("its lengths do not fit");
  for (const child of children) checkLengths(child, most);
}

/** Writes a table as an Arrow file. Lists and records keep their structure. */
export async function writeArrow(file: string, table: aq.ColumnTable): Promise<void> {
  const texts = table.columnNames().filter(name => isText(valuesOf(table, name)));
  // The default, a dictionary of all distinct texts, suits only columns with few of them.
  const types = Object.fromEntries(texts.map(name => [name, utf8()]));
  await writeWhole(file, [aq.toArrowIPC(table, { format: "file", types })]);
}

function isText(values: Values): boolean {
  for (let i = 0; i < values.length; i++)
    if (values[i] !== null && values[i] !== undefined) return typeof values[i] === "string";
  return true;
}
