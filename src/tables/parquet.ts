import { open } from "node:fs/promises";
import * as path from "node:path";
import * as zlib from "node:zlib";
import * as aq from "arquero";
import { type Compressors, parquetSchema as fileSchema, parquetMetadataAsync, parquetRead } from "hyparquet";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { fail } from "../core/errors";
import { finished, valuesOf } from "./columns";
import { parquetSchema } from "./parquet-schema";
import { writeWhole } from "./whole-file";

/** Only newer versions of Node have it. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };

/** What Node can decompress beside Snappy, which the reader knows. */
const compressors: Compressors = {
  GZIP: bytes => zlib.gunzipSync(bytes),
  BROTLI: bytes => zlib.brotliDecompressSync(bytes),
  ...(zstdDecompressSync && { ZSTD: zstdDecompressSync }),
};

/**
 * A table from a Parquet file, one group of rows after the other. `columns` reads only these. Missing numbers are NaN.
 *
 * Errors, with the file: no Parquet file, a column that it lacks, a compression that Node cannot undo.
 */
export async function readParquet(file: string, { columns }: { columns?: string[] } = {}): Promise<aq.ColumnTable> {
  const name = path.basename(file);
  const handle = await open(file);
  try {
    const bytes = {
      byteLength: (await handle.stat()).size,
      async slice(start: number, end?: number) {
        const out = new Uint8Array((end ?? bytes.byteLength) - start);
        await handle.read(out, 0, out.length, start);
        return out.buffer;
      },
    };
    const metadata = await parquetMetadataAsync(bytes);
    const known = fileSchema(metadata).children.map(child => child.element.name);
    const lacking = columns?.find(column => !known.includes(column));
    if (lacking !== undefined) fail(name, `there is no column "${lacking}"`, `The file has ${known.join(", ")}.`);
    const names = columns ?? known;
    const read = new Map(names.map(column => [column, new Array(Number(metadata.num_rows)) as unknown[]]));
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      await parquetRead({
        file: bytes,
        metadata,
        columns: names,
        compressors,
        parsers: { stringFromBytes: text },
        rowStart,
        rowEnd,
        onChunk({ columnName, columnData, rowStart }) {
          const values = read.get(columnName)!;
          for (let i = 0; i < columnData.length; i++) values[rowStart + i] = columnData[i];
        },
      });
      rowStart = rowEnd;
    }
    return aq.table(names.map(column => [column, finished(read.get(column)!)]));
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith(`${name}: `)) throw error;
    fail(name, `it cannot be read as Parquet (${message})`, "Give a whole file, compressed by Snappy or gzip.", error);
  } finally {
    await handle.close();
  }
}

/** Buffers decode short texts several times as fast as a TextDecoder. */
const text = (bytes: Uint8Array | undefined) =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

/** Writes a table as Parquet, compressed by Snappy. Lists and records keep their structure where it is the same in all rows. */
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
