// The header of a safetensors file, checked as in the reference implementation. Format: huggingface/safetensors, README
// and `tensor.rs`.

import { fail } from "../core/errors";
import { parseJsonObject } from "../core/json";
import { type BinaryFile, damaged } from "./binary-file";

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** In the order of their data in the file. */
  entries: SafetensorsEntry[];
  metadata: Record<string, string>;
}

/** A tensor in the header. */
export interface SafetensorsEntry {
  name: string;
  dtype: string;
  shape: number[];
  values: number;
  /** Position of the first byte in the file, and of the one after the last. */
  at: number;
  end: number;
}

const largest = 100_000_000;

/** Bits per value by dtype. */
const bits: Record<string, number> = {
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/**
 * Reads the header. Errors: a header larger than 100 MB or than the file; a header that is not a JSON object; an entry
 * without a known dtype, a shape or offsets; offsets that contradict the shape, leave gaps, overlap, or do not reach
 * the end of the file.
 */
export function readSafetensorsHeader(file: BinaryFile): SafetensorsHeader {
  if (file.size < 8) fail(file.name, `it has ${file.size} bytes, too few for a header`, damaged);
  const length = readLength(file);
  if (length > largest) fail(file.name, `its header claims ${length} bytes, more than ${largest}`, damaged);
  if (8 + length > file.size) fail(file.name, `it ends at byte ${file.size}, inside its header`, damaged);
  const json = new Uint8Array(length);
  file.read(8, json, "its header");
  const { __metadata__, ...tensors } = parseJsonObject(json, `${file.name}: header`);
  const metadata = __metadata__ ?? {};
  const entries = Object.entries(tensors).map(([name, entry]) => readEntry(name, entry, 8 + length, file.name));
  entries.sort((a, b) => a.at - b.at || a.end - b.end);
  let reached = 8 + length;
  for (const { name, at, end } of entries) {
    if (at !== reached)
      fail(
        file.name,
        `tensor ${quoted(name)} begins at byte ${at}, but the data before it ends at ${reached}`,
        damaged,
      );
    reached = end;
  }
  if (reached !== file.size)
    fail(file.name, `its tensors end at byte ${reached}, but the file at ${file.size}`, damaged);
  if (!isObject(metadata) || Object.values(metadata).some(value => typeof value !== "string"))
    fail(file.name, "its __metadata__ is not an object of texts", damaged);
  return { entries, metadata: metadata as Record<string, string> };
}

function readLength(file: BinaryFile): number {
  const bytes = Buffer.alloc(8);
  file.read(0, bytes, "its header's length");
  return bytes.readUInt32LE(0) + 2 ** 32 * bytes.readUInt32LE(4);
}

function readEntry(name: string, entry: unknown, dataAt: number, where: string): SafetensorsEntry {
  const bad = (found: string) => fail(where, `tensor ${quoted(name)} ${found}`, damaged);
  if (!isObject(entry)) return bad("is not described by an object");
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(bits, dtype)) return bad(`has the unknown dtype ${quoted(dtype)}`);
  if (!areSizes(shape)) return bad(`has shape ${quoted(shape)}`);
  if (!areSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    return bad(`has data_offsets ${quoted(offsets)}`);
  const values = shape.reduce((a, b) => a * b, 1);
  const span = offsets[1] - offsets[0];
  if (!Number.isSafeInteger(values) || values * bits[dtype] !== 8 * span)
    bad(`has shape [${shape}] of ${dtype}, but ${span} bytes`);
  return { name, dtype, shape, values, at: dataAt + offsets[0], end: dataAt + offsets[1] };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(size => Number.isSafeInteger(size) && size >= 0);
const quoted = (value: unknown) => `${JSON.stringify(value)}`.slice(0, 100);
