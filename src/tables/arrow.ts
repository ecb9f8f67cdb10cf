import * as path from "node:path";
import { Type, tableFromIPC, utf8 } from "@uwdata/flechette";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { checkedArrow } from "./arrow-index";
import { bytesOf } from "./bytes";
import { useArrowCodecs } from "./codecs";
import { columnNames } from "./column-names";
import { finished, type Values, valuesOf } from "./columns";
import { writeWhole } from "./whole-file";

/**
 * Reads a table from an Arrow file or stream, such as the files of a saved Hugging Face data set. Columns of numbers
 * without missing values are not copied out of the file's bytes.
 *
 * Errors, with the file: bytes that are not Arrow, or big-endian; a column that the file lacks; two of one name.
 */
export async function readArrow(file: string, { columns }: { columns?: string[] } = {}): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const bytes = await bytesOf(file);
  const arrow = (() => {
    try {
      if (bytes.length === 0) throw new Error("it is empty");
      const unpacked = useArrowCodecs();
      const table = tableFromIPC(checkedArrow(bytes), { useDate: true, useBigInt: true });
      const most = 8 * (bytes.length + unpacked());
      for (const column of table.children) for (const batch of column.data) checkLengths(batch, most);
      return table;
    } catch (error) {
      const { message } = error as Error;
      fail(name, `it cannot be read as Arrow (${message})`, "Give a whole file, written on a usual machine.", error);
    }
  })();
  const known = columnNames(
    name,
    arrow.schema.fields.map(field => field.name),
  );
  const lacking = columns?.find(column => !known.includes(column));
  if (lacking !== undefined) fail(name, `there is no column "${lacking}"`, `The file has ${known.join(", ")}.`);
  const valuesAt = (column: number): Values => {
    try {
      return finished(arrow.getChildAt(column).toArray() as Values);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return fail(name, `the column "${known[column]}" is damaged (${error.message})`, "Give a whole file.", error);
    }
  };
  return aq.table((columns ?? known).map(own => [own, valuesAt(known.indexOf(own))]));
}

/** Errors: more values than the bytes can hold; overlapping items, which could take hours to read. */
function checkLengths(batch: any, most: number): void {
  const { length, offsets = [], sizes, children = [] } = batch;
  let ordered = length <= most;
  if (sizes) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += Number(sizes[i]);
    ordered &&= sum <= 8 * most;
  } else {
    ordered &&= Number(offsets[length] ?? 0) <= most;
    for (let i = 1; i <= length && i < offsets.length; i++) ordered &&= offsets[i] >= offsets[i - 1];
  }
  if (isView(batch.type?.typeId)) {
    const { buffer, byteOffset, byteLength } = batch.values as Uint8Array;
    const view = new DataView(buffer, byteOffset, byteLength);
    let sum = 0;
    for (let at = 0; at + 16 <= byteLength; at += 16) sum += view.getUint32(at, true);
    ordered &&= sum <= 64 * most; // equal texts may share their bytes
  }
  if (!ordered) throw new Error("its lengths do not fit");
  for (const child of children) checkLengths(child, most);
}

const isView = (type: number) => type === Type.Utf8View || type === Type.BinaryView;

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
