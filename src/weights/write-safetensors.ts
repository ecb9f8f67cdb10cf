// Writes safetensors files, one tensor at a time.

import { mkdir, open, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import { fail } from "../core/errors";
import { type Check, type Checks, checkOptions, made, oneOf } from "../core/options";
import { bytesOf } from "./binary-file";
import { allFinite, decodeBF16, decodeF16, encodeBF16, encodeF16 } from "./half-precision";

/** Number format of a file. */
export type FloatFormat = "F32" | "F16" | "BF16";

/** A tensor to be written; `values` is called when it is written. */
export interface TensorSource {
  name: string;
  shape: readonly number[];
  values(): Float32Array;
}

/** How the file is written. */
export interface WriteOptions {
  /** Number format of all tensors. Default "F32". */
  format?: FloatFormat;
  /** Texts for the file's `__metadata__`. Default: none. */
  metadata?: Record<string, string>;
}

/** For `checkOptions`. */
export const formatCheck: Check = oneOf("F32", "F16", "BF16");

const writeChecks: Checks<WriteOptions> = { format: formatCheck, metadata: made("a record of texts") };

/**
 * Writes a safetensors file, completely or not at all; its folder is created if necessary.
 *
 * Errors: a repeated name; values that do not match the shape, are not finite, or are too large for F16.
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly TensorSource[],
  options: WriteOptions = {},
): Promise<void> {
  checkOptions("writeSafetensors", options, writeChecks);
  const { format = "F32", metadata } = options;
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
    fail(where, `tensor ${name} has ${given.length} values for shape [${shape}]`, "Give as many as the shape has.");
  if (!allFinite(given))
    fail(where, `tensor ${name} contains values that are not finite`, "Save a model before it diverges.");
  if (format === "F32") return bytesOf(given);
  const halves = format === "F16" ? encodeF16(given) : encodeBF16(given);
  const back = new Float32Array(halves.length);
  (format === "F16" ? decodeF16 : decodeBF16)(halves, back);
  if (!allFinite(back)) fail(where, `tensor ${name} contains values too large for ${format}`, 'Use the format "F32".');
  return bytesOf(halves);
}
