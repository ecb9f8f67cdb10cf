// The character map of a SentencePiece model: a double-array trie over UTF-8, and the replacement texts.

import { fail } from "../core/errors";

/** Runs of plain letters without their ends, which may form a grapheme with their neighbors. */
const plainRuns = /(?<=^|[ -~])[ -~]+(?=[ -~]|$)/g;
const longestMapped = 5; // bytes; a longer grapheme is mapped character by character

/**
 * The normalization of a `precompiled_charsmap`: each grapheme of at most 5 bytes, and each character of a longer one,
 * is replaced by the text of its shortest prefix in the map; without such a prefix it stays unchanged.
 *
 * Errors: a truncated map.
 */
export function precompiled(charsmap: string, where: string): (text: string) => string {
  const bytes = Buffer.from(charsmap, "base64");
  const trieBytes = bytes.length < 4 ? Number.NaN : bytes.readUInt32LE(0);
  if (!(trieBytes % 4 === 0 && trieBytes > 0 && 4 + trieBytes <= bytes.length))
    fail(where, `its precompiled_charsmap of ${bytes.length} bytes is truncated`, "Fetch the file again.");
  const units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
  const texts = bytes.subarray(4 + trieBytes);
  const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);

  const mapped = (key: Uint8Array): string | undefined => {
    let node = offset(units[0]);
    for (const byte of key) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = units[node] ?? 0;
      if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offset(unit);
      if (unit & 0x100) {
        const start = units[node] & 0x7fffffff;
        const end = texts.indexOf(0, start);
        return texts.toString("utf8", start, end < 0 ? texts.length : end);
      }
    }
    return undefined;
  };
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  const encoder = new TextEncoder();
  const mapUnplain = (text: string): string => {
    if (!text) return text; // starting a segmenter is slow
    let result = "";
    for (const { segment } of graphemes.segment(text)) {
      const key = encoder.encode(segment);
      const whole = key.length <= longestMapped ? mapped(key) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += mapped(encoder.encode(character)) ?? character;
    }
    return result;
  };
  const plain = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
  if (mapUnplain(plain) !== plain) return mapUnplain;
  return text => {
    let result = "";
    let done = 0;
    for (const run of text.matchAll(plainRuns)) {
      result += mapUnplain(text.slice(done, run.index)) + run[0];
      done = run.index + run[0].length;
    }
    return result + mapUnplain(text.slice(done));
  };
}
