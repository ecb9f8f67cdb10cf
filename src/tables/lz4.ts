// LZ4 as frames (Arrow) and as blocks (Parquet, with or without Hadoop's lengths before them).
// Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md

const magic = 0x184d2204;

/** The `length` bytes in a frame. Errors: damaged bytes; another length. */
export function lz4Frame(bytes: Uint8Array, length: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== magic) throw new Error("it is no frame of LZ4");
  const flags = bytes[4];
  if (flags >> 6 !== 1 || flags & 1) throw new Error("its frame of LZ4 has another version, or a dictionary");
  const blockSums = (flags >> 4) & 1;
  let at = 7 + (flags & 8 ? 8 : 0);
  const out = new Uint8Array(length);
  let done = 0;
  for (;;) {
    if (at + 4 > bytes.length) throw new Error("its frame of LZ4 is cut off");
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const end = at + (size & 0x7fffffff);
    if (end > bytes.length) throw new Error("its frame of LZ4 is cut off");
    const block = bytes.subarray(at, end);
    if (size >>> 31) {
      if (done + block.length > length) throw new Error("its LZ4 holds too much");
      out.set(block, done);
      done += block.length;
    } else done = appendBlock(block, out, done);
    at = end + 4 * blockSums;
  }
  return done === length ? out : out.subarray(0, done);
}

/** The `length` bytes in one block. Errors: damaged bytes. */
export function lz4Block(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, appendBlock(bytes, out, 0));
}

/** The `length` bytes of Parquet's older codec "LZ4": blocks behind their lengths, as in Hadoop, or one block. */
export function lz4Hadoop(bytes: Uint8Array, length: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Uint8Array(length);
  let [at, done] = [0, 0];
  try {
    while (at + 8 <= bytes.length) {
      const [wide, narrow] = [view.getUint32(at), view.getUint32(at + 4)];
      const end = at + 8 + narrow;
      if (end > bytes.length || done + wide > length) break;
      if (appendBlock(bytes.subarray(at + 8, end), out, done) !== done + wide) break;
      [at, done] = [end, done + wide];
    }
  } catch {
    // not Hadoop's form
  }
  return at === bytes.length && done === length ? out : lz4Block(bytes, length);
}

/** Decodes a block behind the first `done` bytes, to which it may refer; returns the bytes there are then. */
function appendBlock(block: Uint8Array, out: Uint8Array, done: number): number {
  let at = 0;
  const more = (start: number) => {
    let sum = start;
    if (start < 15) return sum;
    for (;;) {
      const byte = block[at++];
      if (byte === undefined) throw new Error("its LZ4 is cut off");
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  let end = done;
  while (at < block.length) {
    const token = block[at++];
    const literals = more(token >> 4);
    if (at + literals > block.length || end + literals > out.length) throw new Error("its LZ4 is damaged");
    out.set(block.subarray(at, at + literals), end);
    end += literals;
    at += literals;
    if (at === block.length) break; // the last sequence has no match
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    const matched = 4 + more(token & 15);
    if (!(offset > 0 && offset <= end) || end + matched > out.length) throw new Error("its LZ4 is damaged");
    if (offset >= matched) out.copyWithin(end, end - offset, end - offset + matched);
    else for (let i = 0; i < matched; i++) out[end + i] = out[end - offset + i];
    end += matched;
  }
  return end;
}
