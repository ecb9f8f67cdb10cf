import { isUtf8 } from "node:buffer";
import { fail } from "../core/errors";

const LF = 0x0a;

/** The bytes without a byte-order mark. Errors: bytes that are not UTF-8, with the line in file `name`. */
export function utf8Bytes(bytes: Buffer, name: string): Buffer {
  if (!isUtf8(bytes)) {
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
      fail(name, "it is UTF-16", "Save it as UTF-8.");
    let line = 1;
    for (const { start, end } of lineBounds(bytes)) {
      if (!isUtf8(bytes.subarray(start, end))) break;
      line++;
    }
    fail(`${name}:${line}`, "the bytes are not UTF-8", "Convert the file to UTF-8.");
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Start and end of each line, without its line feed. */
export function* lineBounds(bytes: Buffer): Generator<{ start: number; end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LF, start);
    const end = found < 0 ? bytes.length : found;
    yield { start, end };
    start = end + 1;
  }
}
