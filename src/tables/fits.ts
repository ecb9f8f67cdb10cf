// Whether files fit in memory, told before they are read.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { getHeapStatistics } from "node:v8";
import { warn } from "../core/warn";

/** Bytes of memory that a byte of a file takes as a table. */
const growth = { text: 2.5, compressed: 6, columns: 5 };

/** What the files are expected to take as a table, in bytes. Measured: 10⁷ pairs, 1.3 GB of Parquet, take 4.5 GB. */
export function expectedBytes(files: readonly string[]): number {
  const of = (file: string) =>
    /\.gz$/i.test(file) ? growth.compressed : /\.(parquet|arrow|feather)$/i.test(file) ? growth.columns : growth.text;
  return files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) * of(file), 0);
}

/** Warns where the files are expected to take more than the memory that is free or than Node's heap may grow to. */
export function warnIfLarge(
  files: readonly string[],
  { free = os.freemem(), heap = getHeapStatistics().heap_size_limit }: { free?: number; heap?: number } = {},
): void {
  const expected = expectedBytes(files);
  if (expected <= Math.min(free, 2 * heap)) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const name = path.basename(files[0]) + (files.length > 1 ? ` and ${files.length - 1} more` : "");
  warn(
    name,
    `as a table it may take ${gigabytes(expected)}, and ${gigabytes(free)} are free, ${gigabytes(heap)} for Node's heap`,
    "Read only some `columns`, give Node more with --max-old-space-size, or use tw.preferences.auditFiles and numberFiles.",
  );
}
