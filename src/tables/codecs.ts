// Compressed pages of Parquet and buffers of Arrow. Node decompresses gzip and brotli, and zstd in newer versions.

import * as zlib from "node:zlib";
import { CompressionType, setCompressionCodec } from "@uwdata/flechette";
import type { Compressors } from "hyparquet";
import { compressors as portable } from "hyparquet-compressors";
import { lz4Block, lz4Frame, lz4Hadoop } from "./lz4";

/** Exists only in newer versions of Node. */
const { zstdDecompressSync } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};

/** How many bytes one byte can become in each codec: what says more is damaged, and would take memory for nothing. */
const most: Record<string, number> = { SNAPPY: 64, GZIP: 1040, BROTLI: 1 << 20, ZSTD: 1 << 15, LZ4: 256, LZ4_RAW: 256 };
const mostBytes = 2 ** 31 - 1;

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

function bounded(codec: string, decompress: Decompress): Decompress {
  return (bytes, length) => {
    if (!(length >= 0 && length <= Math.min(mostBytes, most[codec] * (bytes.length + 1))))
      throw new Error(`${bytes.length} bytes of ${codec} cannot hold ${length}`);
    const out = decompress(bytes, length);
    if (out.length !== length) throw new Error(`its ${codec} holds ${out.length} bytes, not ${length}`);
    return out;
  };
}

const zstd: Decompress = (bytes, length) =>
  zstdDecompressSync
    ? zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, length) })
    : portable.ZSTD!(bytes, length);

/** The codecs of Parquet. */
export const compressors: Compressors = Object.fromEntries(
  Object.entries({
    GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: Math.max(1, length) }),
    BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }),
    ZSTD: zstd,
    LZ4: lz4Hadoop,
    LZ4_RAW: lz4Block,
  } satisfies Record<string, Decompress>).map(([codec, decompress]) => [codec, bounded(codec, decompress)]),
);

/** Bytes that Arrow's codecs have given out: the lengths in a file must fit in them. */
let unpacked = 0;

/** Makes the codecs of Arrow known to its reader; returns how many bytes they have given out since. */
export function useArrowCodecs(): () => number {
  const counted = (codec: string, decompress: Decompress) => {
    const decode = bounded(codec, decompress);
    return {
      decode: (bytes: Uint8Array, length?: number) => {
        const out = decode(bytes, length ?? 0);
        unpacked += out.length;
        // Numbers are read in place, and must begin at a multiple of their size.
        return out.byteOffset % 8 === 0 ? out : out.slice();
      },
      encode: (): never => {
        throw new Error("files are written without compression");
      },
    };
  };
  setCompressionCodec(CompressionType.ZSTD, counted("ZSTD", zstd));
  setCompressionCodec(CompressionType.LZ4_FRAME, counted("LZ4", lz4Frame));
  const before = unpacked;
  return () => unpacked - before;
}
