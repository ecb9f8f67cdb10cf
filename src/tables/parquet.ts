import { open } from "node:fs/promises";
import * as path from "node:path";
import * as aq from "arquero";
import {
  type FileMetaData,
  parquetSchema as fileSchema,
  parquetMetadataAsync,
  parquetScan,
  type SchemaTree,
} from "hyparquet";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { fail } from "../core/errors";
import { refusePointer } from "./bytes";
import { compressors } from "./codecs";
import { columnNames } from "./column-names";
import { finished, type Values, valuesOf } from "./columns";
import { parquetSchema } from "./parquet-schema";
import { writeWhole } from "./whole-file";

/**
 * Reads a table from a Parquet file, column by column: all of them, or those in `columns`. Missing numbers become NaN.
 *
 * Errors, with the file: a file that is not Parquet; a column that the file lacks; two of one name; a
 * compression other than Snappy, gzip, brotli, zstd, LZ4.
 */
export async function readParquet(file: string, { columns }: { columns?: string[] } = {}): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const handle = await open(file);
  try {
    const bytes = {
      byteLength: (await handle.stat()).size,
      async slice(start: number, end?: number) {
        if (start < 0 || start > bytes.byteLength) throw new Error(`it points to byte ${start}`);
        const out = new Uint8Array(Math.min(end ?? bytes.byteLength, bytes.byteLength) - start);
        await handle.read(out, 0, out.length, start);
        return out.buffer;
      },
    };
    refusePointer(new Uint8Array(await bytes.slice(0, 64)), name);
    const metadata = await parquetMetadataAsync(bytes);
    checkPaths(metadata);
    const written = fileSchema(metadata).children.map(child => child.element.name);
    const known = columnNames(name, written);
    const lacking = columns?.find(column => !known.includes(column));
    if (lacking !== undefined) fail(name, `there is no column "${lacking}"`, `The file has ${known.join(", ")}.`);
    const names = columns ?? known;
    const scan = await parquetScan({ file: bytes, metadata, compressors, parsers: { stringFromBytes: text } });
    const table: [string, Values][] = [];
    for (const column of names) {
      const values: unknown[] = [];
      const own = written[known.indexOf(column)];
      for (const { rowStart, rowEnd } of scan.ranges) {
        const part = await scan.readColumn({ column: own, rowStart, rowEnd });
        if (part.length !== rowEnd - rowStart || values.length !== rowStart)
          throw new Error(`column "${column}" has another number of rows than its header says`);
        for (let i = 0; i < part.length; i++) values.push(part[i]);
      }
      table.push([column, finished(values)]);
    }
    return aq.table(table);
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith(`${name}: `)) throw error;
    fail(name, `it cannot be read as Parquet (${message})`, "Give a whole file.", error);
  } finally {
    await handle.close();
  }
}

/** Errors: columns that are not in the schema. The reader itself would then leave errors of other columns unhandled. */
function checkPaths(metadata: FileMetaData): void {
  const leaves = (node: SchemaTree): string[] =>
    node.children.length > 0 ? node.children.flatMap(leaves) : [JSON.stringify(node.path)];
  const known = new Set(leaves(fileSchema(metadata)));
  for (const { columns } of metadata.row_groups)
    for (const { meta_data } of columns)
      if (!known.has(JSON.stringify(meta_data?.path_in_schema)))
        throw new Error("its columns are not those of its schema");
}

/** Decodes a text: a Buffer decodes short texts several times as fast as a TextDecoder. */
const text = (bytes: Uint8Array | undefined) =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

/** Writes a table as Parquet with Snappy. Lists and records keep their structure if it is the same in all rows. */
export async function writeParquet(file: string, table: aq.ColumnTable): Promise<void> {
  const writer = new ByteWriter();
  const columns = table.columnNames().map(name => ({ name, data: valuesOf(table, name) as unknown[] }));
  const schema = columns.map(({ name, data }) => parquetSchema(name, data));
  parquetWrite({
    writer,
    columnData: columns,
    schema: [{ name: "root", num_children: columns.length }, ...schema.flat()],
  });
  await writeWhole(file, [writer.getBytes()]);
}
