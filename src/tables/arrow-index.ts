// What an Arrow file says about itself, checked and put in order before its reader trusts it.
// Source: https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc

import { fieldAt, itemsAt, tableAt } from "./flat-buffers";

const [start, blockSize] = [8, 24];
const [SCHEMA, DICTIONARY, RECORDS, UNION] = [1, 2, 3, 14];
const deepest = 128;

/**
 * The bytes of an Arrow file or stream whose lists fit in it. Each dictionary of a file comes before all rows: polars
 * writes them behind the rows that use them, where the reader does not find them. The bytes are copied only if need be.
 *
 * Errors: RangeError where the bytes are cut off or say more than they can hold, or are big-endian.
 */
export function checkedArrow(bytes: Buffer): Buffer {
  const check = checker(bytes);
  if (bytes.toString("latin1", 0, 6) !== "ARROW1") {
    for (let at = 0; at + 8 <= bytes.length; ) {
      const marked = bytes.readUInt32LE(at) === 0xffffffff;
      const metadata = bytes.readInt32LE(marked ? at + 4 : at);
      if (metadata === 0) break;
      const message = at + (marked ? 8 : 4);
      at = message + metadata + check.message(message);
      if (metadata < 0 || at > bytes.length) throw new RangeError("a part of it is cut off");
    }
    return bytes;
  }
  const footer = tableAt(bytes, bytes.length - 10 - bytes.readInt32LE(bytes.length - 10));
  const schema = fieldAt(bytes, footer, 1);
  if (schema) check.schema(tableAt(bytes, schema));
  const [dictionaries, rows] = [2, 3].map(field => itemsAt(bytes, footer, field, blockSize));
  for (const at of [...dictionaries, ...rows]) {
    const offset = offsetOf(bytes, at);
    check.message(offset + (bytes.readUInt32LE(offset) === 0xffffffff ? 8 : 4));
  }
  return dictionariesFirst(bytes, dictionaries, rows);
}

/** Counts what messages say that they hold: bytes that many of them point to could take hours. */
function checker(bytes: Buffer) {
  let left = bytes.length;
  const count = (items: number[]) => {
    left -= items.length;
    if (left < 0) throw new RangeError("its lists are longer than it is");
    return items;
  };
  const fields = (table: number, list: number, depth: number): void => {
    if (depth > deepest) throw new RangeError(`it is nested deeper than ${deepest}`);
    count(itemsAt(bytes, table, depth === 0 ? 2 : 6, 4));
    for (const at of count(itemsAt(bytes, table, list, 4))) {
      const field = tableAt(bytes, at);
      const [kind, type] = [fieldAt(bytes, field, 2), fieldAt(bytes, field, 3)];
      if (kind && type && bytes[kind] === UNION) count(itemsAt(bytes, tableAt(bytes, type), 1, 4));
      fields(field, 5, depth + 1);
    }
  };
  const schema = (table: number): void => {
    const endian = fieldAt(bytes, table, 0);
    if (endian && bytes.readInt16LE(endian) !== 0) throw new RangeError("its numbers are big-endian");
    fields(table, 1, 0);
  };
  /** Checks a message and returns the bytes of its body. */
  const message = (at: number): number => {
    const table = tableAt(bytes, at);
    const [kind, header, body] = [1, 2, 3].map(field => fieldAt(bytes, table, field));
    if (kind && header) {
      const inner = tableAt(bytes, header);
      if (bytes[kind] === SCHEMA) schema(inner);
      const data = bytes[kind] === DICTIONARY ? fieldAt(bytes, inner, 1) : 0;
      const batch = bytes[kind] === RECORDS ? inner : data && tableAt(bytes, data);
      if (batch) {
        count(itemsAt(bytes, batch, 1, 16));
        count(itemsAt(bytes, batch, 2, 16));
        count(itemsAt(bytes, batch, 4, 8));
      }
    }
    return body ? offsetOf(bytes, body) : 0;
  };
  return { schema, message };
}

function offsetOf(bytes: Buffer, at: number): number {
  const offset = Number(bytes.readBigInt64LE(at));
  if (offset < 0 || offset > bytes.length) throw new RangeError("it points out of itself");
  return offset;
}

function dictionariesFirst(file: Buffer, dictionaries: readonly number[], rows: readonly number[]): Buffer {
  const first = rows.reduce((least, at) => Math.min(least, offsetOf(file, at)), Infinity);
  if (dictionaries.every(at => offsetOf(file, at) < first)) return file;
  let left = file.length;
  const messages = dictionaries.map(at => {
    const from = offsetOf(file, at);
    const message = file.subarray(from, from + file.readInt32LE(at + 8) + offsetOf(file, at + 16));
    left -= message.length;
    if (left < 0) throw new RangeError("its dictionaries are longer than it is");
    return message;
  });
  const moved = messages.reduce((sum, { length }) => sum + length, 0);
  const out = Buffer.concat([file.subarray(0, start), ...messages, file.subarray(start)]);
  let next = start;
  for (const [i, at] of dictionaries.entries()) {
    out.writeBigInt64LE(BigInt(next), at + moved);
    next += messages[i].length;
  }
  for (const at of rows) out.writeBigInt64LE(BigInt(offsetOf(file, at) + moved), at + moved);
  return out;
}
