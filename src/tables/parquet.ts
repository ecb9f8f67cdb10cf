import { open } from "node:fs/promises";
import * as path from "node:path";
import * as zlib from "node:zlib";
import * as aq from "arquero";
import { type Compressors, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { type BasicType, ByteWriter, parquetWrite } from "hyparquet-writer";
import { fail } from "../core/errors";
import { finished, type Values, valuesOf } from "./columns";
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
    const known = parquetSchema(metadata).children.map(child => child.element.name);
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

/** Writes a table as Parquet, compressed by Snappy. Lists and records become JSON. */
export async function writeParquet(file: string, table: aq.ColumnTable): Promise<void> {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: table.columnNames().map(name => {
      const values = valuesOf(table, name);
      const type = parquetType(values);
      return { name, type, data: (type === "JSON" ? Array.from(values, value => value ?? null) : values) as unknown[] };
    }),
  });
  await writeWhole(file, [writer.getBytes()]);
}

function parquetType(values: Values): BasicType {
  if (values instanceof Int32Array) return "INT32";
  if (values instanceof Float32Array) return "FLOAT";
  if (ArrayBuffer.isView(values)) return "DOUBLE";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) continue;
    if (typeof value === "string") return "STRING";
    if (typeof value === "number") return "DOUBLE";
    if (typeof value === "boolean") return "BOOLEAN";
    return value instanceof Date ? "TIMESTAMP" : "JSON";
  }
  return "STRING";
}
