// Safetensors files: tensors by name, read one at a time.

import { fail } from "../core/errors";
import { type BinaryFile, bytesOf, damaged, openBinary, roomFor } from "./binary-file";
import type { StoredTensor } from "./checkpoint";
import { allFinite, decodeBF16, decodeF16 } from "./half-precision";
import { readSafetensorsHeader, type SafetensorsEntry } from "./safetensors-header";

/** An open safetensors file. */
export interface SafetensorsFile {
  /** In the order of their data in the file. */
  tensors: Map<string, StoredTensor>;
  /** The texts under `__metadata__`. */
  metadata: Record<string, string>;
  close(): void;
}

/** Opens a file and reads its header. Close it after use. Errors: a missing file; those of `readSafetensorsHeader`. */
export function openSafetensors(path: string): SafetensorsFile {
  const file = openBinary(path);
  try {
    const { entries, metadata } = readSafetensorsHeader(file);
    const tensors = entries.map((entry): [string, StoredTensor] => {
      const { name, shape, dtype } = entry;
      return [name, { name, shape, format: dtype, read: () => readTensor(file, entry) }];
    });
    return { tensors: new Map(tensors), metadata, close: file.close };
  } catch (error) {
    file.close();
    throw error;
  }
}

type Decoder = (bytes: ArrayBuffer, out: Float32Array) => void;

/**
 * Decoding of the first bytes of a buffer to float32; F32 itself is read without decoding. Integers beyond 2^24 are
 * rounded.
 */
const decoders: Record<string, Decoder> = {
  F16: (bytes, out) => decodeF16(new Uint16Array(bytes, 0, out.length), out),
  BF16: (bytes, out) => decodeBF16(new Uint16Array(bytes, 0, out.length), out),
  F64: (bytes, out) => out.set(new Float64Array(bytes, 0, out.length)),
  I64: (bytes, out) => {
    for (const [i, value] of new BigInt64Array(bytes, 0, out.length).entries()) out[i] = Number(value);
  },
  I32: (bytes, out) => out.set(new Int32Array(bytes, 0, out.length)),
  I16: (bytes, out) => out.set(new Int16Array(bytes, 0, out.length)),
  I8: (bytes, out) => out.set(new Int8Array(bytes, 0, out.length)),
  U8: (bytes, out) => out.set(new Uint8Array(bytes, 0, out.length)),
  BOOL: (bytes, out) => out.set(new Uint8Array(bytes, 0, out.length)),
};

function readTensor(file: BinaryFile, { name, dtype, values, at, end }: SafetensorsEntry): Float32Array {
  const what = `tensor ${JSON.stringify(name)}`;
  if (dtype !== "F32" && !Object.hasOwn(decoders, dtype))
    fail(file.name, `${what} has dtype ${dtype}`, `Use a file in F32, ${Object.keys(decoders).join(", ")}.`);
  const out = roomFor(values, `${file.name}: ${what}`);
  if (dtype === "F32") file.read(at, bytesOf(out), what);
  else decoders[dtype](file.glance(at, end - at, what).buffer as ArrayBuffer, out);
  if (!allFinite(out)) fail(file.name, `${what} contains values that are not finite`, damaged);
  return out;
}
