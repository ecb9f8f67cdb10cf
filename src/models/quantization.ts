// The number formats of GGUF files, decoded to float32. Layouts: ggml's `ggml-common.h` (block structs) and `ggml-quants.c`.

export interface Format {
  name: string;
  /** Values in a block, and its bytes. */
  blockValues: number;
  blockBytes: number;
  /** Writes the block at byte `at` of `bytes` to `out` from index `to` on. */
  decode(bytes: DataView, at: number, out: Float32Array, to: number): void;
}

/** A half-precision number from its 16 bits (IEEE 754 binary16). */
export function halfToFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// Decoding 135 M values asks for a table rather than arithmetic.
let halves: Float32Array | undefined;
function half(bytes: DataView, at: number): number {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  return halves[bytes.getUint16(at, true)];
}

/** 32 four-bit values: low nibbles first, then high nibbles; value = scale · q + offset. */
function nibbles(bytes: DataView, at: number, out: Float32Array, to: number, scale: number, offset: number) {
  for (let i = 0; i < 16; i++) {
    const byte = bytes.getUint8(at + i);
    out[to + i] = scale * (byte & 15) + offset;
    out[to + 16 + i] = scale * (byte >> 4) + offset;
  }
}

/** The six-bit scale and minimum of sub-block j of a Q4_K block, packed in 12 bytes. */
function scaleAndMinimum(bytes: DataView, at: number, j: number): [number, number] {
  const byte = (i: number) => bytes.getUint8(at + i);
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** Formats by their number in a GGUF file (`enum ggml_type`). */
export const formats: Record<number, Format> = {
  0: {
    name: "F32",
    blockValues: 1,
    blockBytes: 4,
    decode: (bytes, at, out, to) => {
      out[to] = bytes.getFloat32(at, true);
    },
  },
  1: {
    name: "F16",
    blockValues: 1,
    blockBytes: 2,
    decode: (bytes, at, out, to) => {
      out[to] = half(bytes, at);
    },
  },
  2: {
    name: "Q4_0",
    blockValues: 32,
    blockBytes: 18,
    decode: (bytes, at, out, to) => {
      const scale = half(bytes, at);
      nibbles(bytes, at + 2, out, to, scale, -8 * scale);
    },
  },
  3: {
    name: "Q4_1",
    blockValues: 32,
    blockBytes: 20,
    decode: (bytes, at, out, to) => nibbles(bytes, at + 4, out, to, half(bytes, at), half(bytes, at + 2)),
  },
  8: {
    name: "Q8_0",
    blockValues: 32,
    blockBytes: 34,
    decode: (bytes, at, out, to) => {
      const scale = half(bytes, at);
      for (let i = 0; i < 32; i++) out[to + i] = scale * bytes.getInt8(at + 2 + i);
    },
  },
  12: {
    name: "Q4_K",
    blockValues: 256,
    blockBytes: 144,
    decode: (bytes, at, out, to) => {
      const scale = half(bytes, at);
      const minimum = half(bytes, at + 2);
      for (let j = 0; j < 8; j++) {
        const [d, m] = scaleAndMinimum(bytes, at + 4, j);
        const from = at + 16 + 32 * (j >> 1); // two sub-blocks share 32 bytes: low, then high nibbles
        for (let i = 0; i < 32; i++) {
          const byte = bytes.getUint8(from + i);
          out[to + 32 * j + i] = scale * d * (j & 1 ? byte >> 4 : byte & 15) - minimum * m;
        }
      }
    },
  },
  14: {
    name: "Q6_K",
    blockValues: 256,
    blockBytes: 210,
    decode: (bytes, at, out, to) => {
      const scale = half(bytes, at + 208);
      for (let i = 0; i < 256; i++) {
        const [part, quarter, lane] = [i >> 7, (i >> 5) & 3, i & 31];
        const low = bytes.getUint8(at + 64 * part + 32 * (quarter & 1) + lane);
        const high = bytes.getUint8(at + 128 + 32 * part + lane) >> (2 * quarter);
        const q = ((quarter < 2 ? low & 15 : low >> 4) | ((high & 3) << 4)) - 32;
        out[to + i] = scale * bytes.getInt8(at + 192 + (i >> 4)) * q;
      }
    },
  },
};

/** Decodes `count` values, a whole number of blocks. */
export function decode(format: Format, bytes: Uint8Array, count: number): Float32Array {
  const out = new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block * format.blockValues < count; block++)
    format.decode(view, block * format.blockBytes, out, block * format.blockValues);
  return out;
}
