// GGUF files: metadata and tensors, read one tensor at a time.

import { fail } from "../core/errors";
import { type BinaryFile, bytesOf, damaged, openBinary, roomFor } from "./binary-file";
import type { StoredTensor } from "./checkpoint";
import { type GgufEntry, readGgufHeader } from "./gguf-header";
import { allFinite } from "./half-precision";
import { type Format, formats } from "./quantization";

/** An open GGUF file. */
export interface GgufFile {
  metadata: Record<string, unknown>;
  tensors: Map<string, StoredTensor>;
  close(): void;
}

/**
 * Opens a GGUF file and checks that all tensors lie inside it and do not overlap. Close it after use.
 *
 * Errors: a missing file; a file that is not GGUF; an unsupported number format; a damaged file.
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const file = openBinary(path);
  try {
    const { metadata, tensors: entries, dataAt, alignment } = readGgufHeader(file);
    const tensors = new Map<string, StoredTensor>();
    const extents = entries.map(entry => {
      const extent = extentOf(entry, file.name);
      const [name, at, end] = [JSON.stringify(entry.name), dataAt + entry.offset, dataAt + entry.offset + extent.bytes];
      if (tensors.has(entry.name)) fail(file.name, `tensor ${name} occurs twice`, damaged);
      if (end > file.size)
        fail(file.name, `it ends at byte ${file.size}, but tensor ${name} reaches to byte ${end}`, damaged);
      if (entry.offset % alignment !== 0)
        fail(file.name, `the offset ${entry.offset} of tensor ${name} is not a multiple of ${alignment}`, damaged);
      const read = () => readTensor(file, entry.name, at, extent);
      tensors.set(entry.name, { name: entry.name, shape: entry.shape, format: extent.format.name, read });
      return { name, at, end };
    });
    extents.sort((a, b) => a.at - b.at || a.end - b.end);
    for (const [i, { name, at }] of extents.entries())
      if (i > 0 && at < extents[i - 1].end)
        fail(file.name, `tensors ${extents[i - 1].name} and ${name} overlap`, damaged);
    return { metadata, tensors, close: file.close };
  } catch (error) {
    file.close();
    throw error;
  }
}

interface Extent {
  format: Format;
  values: number;
  bytes: number;
}

function extentOf({ name, shape, type }: GgufEntry, where: string): Extent {
  const format =
    (Object.hasOwn(formats, type) && formats[type]) ||
    fail(where, `tensor ${JSON.stringify(name)} has number format ${type}`, `Use a file in ${supported()}.`);
  const values = shape.reduce((a, b) => a * b, 1);
  const row = shape.at(-1) ?? 1; // blocks lie along the last axis, within one row
  if (!Number.isSafeInteger(values) || row % format.blockValues !== 0)
    fail(
      where,
      `tensor ${JSON.stringify(name)} of shape [${shape}] is not a whole number of ${format.name} blocks`,
      damaged,
    );
  return { format, values, bytes: (values / format.blockValues) * format.blockBytes };
}

function readTensor(file: BinaryFile, name: string, at: number, { format, values, bytes }: Extent): Float32Array {
  const what = `tensor ${JSON.stringify(name)}`;
  const out = roomFor(values, `${file.name}: ${what}`);
  if (format.name === "F32") file.read(at, bytesOf(out), what);
  else format.decode(file.glance(at, bytes, what), out);
  if (!allFinite(out)) fail(file.name, `${what} contains values that are not finite`, damaged);
  return out;
}

const supported = () =>
  Object.values(formats)
    .map(format => format.name)
    .join(", ");
