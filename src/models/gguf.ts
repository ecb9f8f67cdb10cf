// GGUF files: metadata and tensors, read one tensor at a time.

import * as fs from "node:fs";
import * as path from "node:path";
import { gguf } from "@huggingface/gguf";
import { fail } from "../core/errors";
import { decode, type Format, formats } from "./quantization";

export interface GgufTensor {
  name: string;
  /** Outermost axis first, as in PyTorch: [out, in] for a projection. */
  shape: number[];
  format: string;
  /** Reads and decodes the values. */
  read(): Float32Array;
}

export interface GgufFile {
  metadata: Record<string, unknown>;
  tensors: Map<string, GgufTensor>;
  close(): void;
}

/**
 * Opens a GGUF file and checks that every tensor lies inside it. Close it after use.
 *
 * Errors: a missing file, one that is no GGUF file, a number format that is not supported, a truncated file.
 */
export async function openGguf(file: string): Promise<GgufFile> {
  const name = path.basename(file);
  if (!fs.existsSync(file)) fail(name, `there is no file ${file}`, "Run `npm run setup` to fetch it.");
  const size = fs.statSync(file).size;
  const header = await gguf(file, { allowLocalFile: true }).catch(error =>
    fail(name, `no GGUF header can be read (${size} bytes; ${error.message})`, remedy),
  );
  // The library reads zeros beyond the end, which may pass for a header without tensors.
  if (header.tensorDataOffset > size) fail(name, `it ends at byte ${size}, inside its header`, remedy);
  const handle = fs.openSync(file, "r");
  try {
    const tensors = new Map<string, GgufTensor>();
    for (const info of header.tensorInfos) {
      const format =
        formats[info.dtype] ??
        fail(name, `tensor ${info.name} has number format ${info.dtype}`, `Use a file in ${supported()}.`);
      const shape = info.shape.map(Number).reverse();
      const span = extent(format, shape, `${name}: ${info.name}`);
      const at = Number(header.tensorDataOffset + info.offset);
      if (at + span.bytes > size)
        fail(name, `it ends at byte ${size}, but tensor ${info.name} reaches to byte ${at + span.bytes}`, remedy);
      const read = () => {
        const bytes = new Uint8Array(span.bytes);
        const got = fs.readSync(handle, bytes, 0, span.bytes, at);
        if (got !== span.bytes) fail(name, `tensor ${info.name} breaks off after ${got} bytes`, remedy);
        return decode(format, bytes, span.values);
      };
      tensors.set(info.name, { name: info.name, shape, format: format.name, read });
    }
    return { metadata: header.metadata as Record<string, unknown>, tensors, close: () => fs.closeSync(handle) };
  } catch (error) {
    fs.closeSync(handle);
    throw error;
  }
}

const remedy = "The file is damaged or incomplete: delete it and run `npm run setup` to fetch it again.";
const supported = () =>
  Object.values(formats)
    .map(format => format.name)
    .join(", ");

function extent(format: Format, shape: number[], where: string) {
  const values = shape.reduce((a, b) => a * b, 1);
  if (!Number.isSafeInteger(values) || values % format.blockValues !== 0)
    fail(where, `shape [${shape}] is no whole number of ${format.name} blocks`, remedy);
  return { values, bytes: (values / format.blockValues) * format.blockBytes };
}
