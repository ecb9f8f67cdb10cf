// The header of a GGUF file: metadata and positions of tensors. Format: ggml's `docs/gguf.md`, versions 2 and 3. Every
// count is checked against the remaining bytes before memory is allocated for it.

import { fail } from "../core/errors";
import { type BinaryFile, damaged } from "./binary-file";

/** The header of a GGUF file. */
export interface GgufHeader {
  metadata: Record<string, unknown>;
  tensors: GgufEntry[];
  /** Position of the data of tensors, to which their offsets are relative. */
  dataAt: number;
  alignment: number;
}

/** A tensor in the header. */
export interface GgufEntry {
  name: string;
  /** Outermost axis first. */
  shape: number[];
  /** `enum ggml_type`. */
  type: number;
  offset: number;
}

const mostBytes = 100e6;
const mostEntries = 10e6;
const MAGIC = 0x46554747; // GGUF
const ARRAY = 9;
/** Least bytes of a metadata value by its type; strings and lists begin with their length. */
const widths = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];

/** Reads the header. Errors: a file that is not GGUF; a truncated header; counts that exceed the file. */
export function readGgufHeader(file: BinaryFile): GgufHeader {
  const bad = (found: string) => fail(file.name, found, damaged);
  const limit = Math.min(file.size, mostBytes);
  let bytes = Buffer.alloc(0);
  let at = 0;
  let entries = 0;

  /** Position of the next `count` bytes in `bytes`, after reading them. */
  function next(count: number): number {
    if (count > limit - at) {
      if (limit < file.size) bad(`its header is larger than ${mostBytes} bytes`);
      bad(`it ends at byte ${file.size}, inside its header`);
    }
    if (at + count > bytes.length) {
      const more = Buffer.alloc(Math.min(limit, Math.max(at + count, 2 * bytes.length, 1 << 22)));
      bytes.copy(more);
      file.read(bytes.length, more.subarray(bytes.length), "its header");
      bytes = more;
    }
    at += count;
    return at - count;
  }
  const fixed =
    <T>(width: number, read: (position: number) => T) =>
    () =>
      read(next(width)); // `bytes` may be another buffer after `next`
  const u32 = fixed(4, at => bytes.readUInt32LE(at));
  const u64 = fixed(8, at => bytes.readUInt32LE(at) + 2 ** 32 * bytes.readUInt32LE(at + 4));
  const string = () => {
    const length = u64();
    const start = next(length);
    return bytes.toString("utf8", start, start + length);
  };
  /** A count of `things` that have at least `width` bytes each. */
  function count(width: number, things: string): number {
    const found = u64();
    entries += found;
    if (found * width > limit - at || entries > mostEntries)
      bad(`its header claims ${found} ${things} in ${file.size} bytes`);
    return found;
  }
  const readers: (() => unknown)[] = [
    fixed(1, at => bytes.readUInt8(at)),
    fixed(1, at => bytes.readInt8(at)),
    fixed(2, at => bytes.readUInt16LE(at)),
    fixed(2, at => bytes.readInt16LE(at)),
    u32,
    fixed(4, at => bytes.readInt32LE(at)),
    fixed(4, at => bytes.readFloatLE(at)),
    fixed(1, at => bytes.readUInt8(at) !== 0),
    string,
    () => {
      const type = u32();
      if (type === ARRAY || !(type in widths)) bad(`its metadata holds a list of type ${type}`);
      const length = count(widths[type], "list entries");
      return Array.from({ length }, readers[type]);
    },
    u64,
    fixed(8, at => Number(bytes.readBigInt64LE(at))),
    fixed(8, at => bytes.readDoubleLE(at)),
  ];

  if (file.size < 24) bad(`no GGUF header can be read (${file.size} bytes)`);
  if (u32() !== MAGIC) bad("no GGUF header can be read (it does not begin with GGUF)");
  const version = u32();
  if (version !== 2 && version !== 3)
    fail(file.name, `it is of GGUF version ${version}`, "Use a file of version 2 or 3, little-endian.");
  const tensorCount = count(24, "tensors");
  const metadata = new Map<string, unknown>();
  for (let left = count(13, "metadata entries"); left > 0; left--) {
    const key = string();
    if (metadata.has(key)) bad(`its metadata has ${JSON.stringify(key)} twice`);
    const type = u32();
    if (!(type in readers)) bad(`its metadata entry ${JSON.stringify(key)} has type ${type}`);
    metadata.set(key, readers[type]());
  }
  const tensors = Array.from({ length: tensorCount }, () => {
    const name = string();
    const axes = u32();
    if (axes > 4) bad(`tensor ${JSON.stringify(name)} has ${axes} axes`);
    const shape = Array.from({ length: axes }, () => u64()).reverse();
    return { name, shape, type: u32(), offset: u64() };
  });
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment)))
    return bad(`its alignment is ${alignment}, not a power of 2`);
  const dataAt = Math.ceil(at / alignment) * alignment;
  if (dataAt > file.size && tensors.length > 0) bad(`it ends at byte ${file.size}, inside its header`);
  return { metadata: Object.fromEntries(metadata), tensors, dataAt, alignment };
}
