// Decoding of the number formats of GGUF files to float32. Layouts: ggml's `ggml-common.h` (block structs) and
// `ggml-quants.c`.

import { decodeBF16, decodeF16, halves } from "./half-precision";

/** A number format. */
export interface Format {
  name: string;
  /** Values of a block. */
  blockValues: number;
  /** Bytes of a block. */
  blockBytes: number;
  /** Decodes whole blocks until `out` is full. `bytes` must start at a multiple of 4 in its buffer. */
  decode(bytes: Uint8Array, out: Float32Array): void;
}

/** Formats by their number in a GGUF file (`enum ggml_type`). */
export const formats: Record<number, Format> = {
  0: {
    name: "F32",
    blockValues: 1,
    blockBytes: 4,
    decode: (bytes, out) => out.set(new Float32Array(bytes.buffer, bytes.byteOffset, out.length)),
  },
  1: { name: "F16", blockValues: 1, blockBytes: 2, decode: (bytes, out) => decodeF16(words(bytes), out) },
  30: { name: "BF16", blockValues: 1, blockBytes: 2, decode: (bytes, out) => decodeBF16(words(bytes), out) },
  2: small("Q4_0", 4, 8),
  3: small("Q4_1", 4),
  6: small("Q5_0", 5, 16),
  7: small("Q5_1", 5),
  8: { name: "Q8_0", blockValues: 32, blockBytes: 34, decode: decodeQ8 },
  12: { name: "Q4_K", blockValues: 256, blockBytes: 144, decode: (bytes, out) => decodeK(bytes, out, 4) },
  13: { name: "Q5_K", blockValues: 256, blockBytes: 176, decode: (bytes, out) => decodeK(bytes, out, 5) },
  14: { name: "Q6_K", blockValues: 256, blockBytes: 210, decode: decodeQ6K },
};

const words = (bytes: Uint8Array) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);

/**
 * Blocks of 32 values. A block contains a scale, a minimum unless there is a fixed `center`, a word of fifth bits if
 * `bits` is 5, then bytes with the low four bits of the values i and i + 16. value = scale · (q − center), or scale · q
 * + minimum.
 */
function small(name: string, bits: 4 | 5, center?: number): Format {
  const quantsAt = (center === undefined ? 4 : 2) + (bits === 5 ? 4 : 0);
  const blockBytes = quantsAt + 16;
  return {
    name,
    blockValues: 32,
    blockBytes,
    decode(bytes, out) {
      const half = halves();
      for (let at = 0, to = 0; to < out.length; at += blockBytes, to += 32) {
        const scale = half[bytes[at] | (bytes[at + 1] << 8)];
        const offset = center === undefined ? half[bytes[at + 2] | (bytes[at + 3] << 8)] : -center * scale;
        const from = at + quantsAt;
        if (bits === 4)
          for (let i = 0; i < 16; i++) {
            const byte = bytes[from + i];
            out[to + i] = scale * (byte & 15) + offset;
            out[to + 16 + i] = scale * (byte >> 4) + offset;
          }
        else {
          const h = from - 4;
          const fifth = bytes[h] | (bytes[h + 1] << 8) | (bytes[h + 2] << 16) | (bytes[h + 3] << 24);
          for (let i = 0; i < 16; i++) {
            const byte = bytes[from + i];
            out[to + i] = scale * ((byte & 15) | (((fifth >> i) & 1) << 4)) + offset;
            out[to + 16 + i] = scale * ((byte >> 4) | (((fifth >> (i + 16)) & 1) << 4)) + offset;
          }
        }
      }
    },
  };
}

function decodeQ8(bytes: Uint8Array, out: Float32Array) {
  const half = halves();
  for (let at = 0, to = 0; to < out.length; at += 34, to += 32) {
    const scale = half[bytes[at] | (bytes[at + 1] << 8)];
    for (let i = 0; i < 32; i++) out[to + i] = scale * ((bytes[at + 2 + i] << 24) >> 24);
  }
}

/**
 * Q4_K and Q5_K: eight sub-blocks of 32 values with 6-bit scales and minima; two share 32 bytes, in their low and high
 * four bits.
 */
function decodeK(bytes: Uint8Array, out: Float32Array, bits: 4 | 5) {
  const half = halves();
  const quantsAt = bits === 5 ? 48 : 16;
  const blockBytes = quantsAt + 128;
  for (let at = 0, to = 0; to < out.length; at += blockBytes) {
    const scale = half[bytes[at] | (bytes[at + 1] << 8)];
    const minimum = half[bytes[at + 2] | (bytes[at + 3] << 8)];
    for (let j = 0; j < 8; j++, to += 32) {
      const [six, from, shift] = [at + 4 + (j & 3), at + quantsAt + 32 * (j >> 1), 4 * (j & 1)];
      // Sub-blocks 4 to 7 have their low four bits in bytes 8 to 11, and their high two bits above those of 0 to 3.
      const packed = bytes[six + 8];
      const d = scale * (j < 4 ? bytes[six] & 63 : (packed & 15) | ((bytes[six] >> 6) << 4));
      const m = minimum * (j < 4 ? bytes[six + 4] & 63 : (packed >> 4) | ((bytes[six + 4] >> 6) << 4));
      for (let i = 0; i < 32; i++) {
        const high = bits === 5 ? ((bytes[at + 16 + i] >> j) & 1) << 4 : 0;
        out[to + i] = d * (((bytes[from + i] >> shift) & 15) | high) - m;
      }
    }
  }
}

function decodeQ6K(bytes: Uint8Array, out: Float32Array) {
  const half = halves();
  for (let at = 0, to = 0; to < out.length; at += 210) {
    const scale = half[bytes[at + 208] | (bytes[at + 209] << 8)];
    for (let group = 0; group < 16; group++, to += 16) {
      const [part, quarter, lane] = [group >> 3, (group >> 1) & 3, 16 * (group & 1)];
      const d = scale * ((bytes[at + 192 + group] << 24) >> 24);
      const low = at + 64 * part + 32 * (quarter & 1) + lane;
      const high = at + 128 + 32 * part + lane;
      for (let i = 0; i < 16; i++) {
        const nibble = (bytes[low + i] >> (quarter < 2 ? 0 : 4)) & 15;
        out[to + i] = d * ((nibble | (((bytes[high + i] >> (2 * quarter)) & 3) << 4)) - 32);
      }
    }
  }
}
