// Safetensors files, written one tensor at a time.

import { mkdir, open, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import { fail } from "../core/errors";
import { bytesOf } from "./binary-file";
import { allFinite, decodeBF16, decodeF16, encodeBF16, encodeF16 } from "./half-precision";

export type FloatFormat = "F32" | "F16" | "BF16";

/** A tensor to be written: its values are asked for when their turn has come. */
export interface TensorSource {
  name: string;
  shape: readonly number[];
  values(): Float32Array;
}

export interface WriteOptions {
  /** Number format of all tensors. Default "F32". */
  format?: FloatFormat;
  /** Texts for the file's `__metadata__`. Default none. */
  metadata?: Record<string, string>;
}

/**
 * Writes a safetensors file; the file appears whole or not at all, its folder is made.
 *
 * Errors: a name that stands twice, values that do not fill the shape, that are not finite, or that are too large for F16.
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly TensorSource[],
  { format = "F32", metadata }: WriteOptions = {},
): Promise<void> {
  const where = path.basename(file);
  const width = format === "F32" ? 4 : 2;
  const entries = new Map<string, object>(metadata ? [["__metadata__", metadata]] : []);
  let offset = 0;
  for (const { name, shape } of tensors) {
    if (name === "__metadata__" || entries.has(name))
      fail(where, `the name ${JSON.stringify(name)} is taken`, "Give each tensor a name of its own.");
    const end = offset + width * sizeOf(shape);
    entries.set(name, { dtype: format, shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " "); // the data starts at a multiple of 8
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);

  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(unfinished, "w");
    try {
      await handle.appendFile(header);
      for (const tensor of tensors) await handle.appendFile(encoded(tensor, format, where));
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function encoded({ name, shape, values }: TensorSource, format: FloatFormat, where: string): Uint8Array {
  const given = values();
  if (given.length !== sizeOf(shape))
    fail(where, `tensor ${name} has ${given.length} values for shape [${shape}]`, "Give as many as the shape holds.");
  if (!allFinite(given))
    fail(where, `tensor ${name} holds values that are not finite`, "Save a model before it diverges.");
  if (format === "F32") return bytesOf(given);
  const halves = format === "F16" ? encodeF16(given) : encodeBF16(given);
  const back = new Float32Array(halves.length);
  (format === "F16" ? decodeF16 : decodeBF16)(halves, back);
  if (!allFinite(back)) fail(where, `tensor ${name} holds values too large for ${format}`, 'Use the format "F32".');
  return bytesOf(halves);
}
