// The records of a JSON file: one a line, or a list of them.

import { fail } from "../core/errors";
import { doubledKey, parseJson } from "./json-values";
import { type JsonRecord, objectRecords } from "./object-records";
import { lineBounds } from "./utf8";

const [LF, CR, QUOTE, BACKSLASH, COMMA] = [0x0a, 0x0d, 0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === LF || byte === CR;

/**
 * The records of a file: JSON Lines, in which blank lines do not count; a list of records; or one object that holds
 * them (see `objectRecords`). Which it is shows in the content, not in the ending of its name.
 *
 * Errors, with file and line: what is not JSON; a value that is not a record; a key that a record has twice.
 */
export function* jsonRecords(bytes: Buffer, name: string): Generator<JsonRecord, void> {
  const start = skipSpace(bytes, 0);
  if (start === bytes.length) fail(name, "the file is empty", "Replace it.");
  if (bytes[start] === OPEN_LIST && isList(bytes, start)) return yield* listed(bytes, start, name);
  const end = bytes[start] === OPEN ? valueEnd(bytes, start) : bytes.length;
  const isOne = end !== undefined && skipSpace(bytes, end) === bytes.length;
  if (isOne && bytes[start] === OPEN && bytes.subarray(start, end).includes(LF)) {
    yield* objectRecords(recordOf(bytes.toString("utf8", start, end), `${name}:1`), name);
  } else if (isOne && name.replace(/\.gz$/i, "").toLowerCase().endsWith(".json") && bytes[start] === OPEN) {
    yield* objectRecords(recordOf(bytes.toString("utf8", start, end), `${name}:1`), name);
  } else {
    let line = 0;
    for (const { start: from, end: to } of lineBounds(bytes)) {
      line++;
      if (skipSpace(bytes, from) < to) yield recordOf(bytes.toString("utf8", from, to), `${name}:${line}`);
    }
  }
}

/** Whether a file that begins with "[" is a list of records, not lines of lists. */
function isList(bytes: Buffer, start: number): boolean {
  const first = bytes[skipSpace(bytes, start + 1)];
  return first === OPEN || first === CLOSE_LIST;
}

/** The records of a list. Each is parsed on its own: a text cannot hold a file of more than 512 MB. */
function* listed(bytes: Buffer, start: number, name: string): Generator<JsonRecord, void> {
  let line = 1 + linesIn(bytes, 0, start);
  let done = start;
  const to = (at: number) => {
    line += linesIn(bytes, done, at);
    done = at;
    return `${name}:${line}`;
  };
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_LIST) fail(name, "its list is empty", "Replace it.");
  for (;;) {
    const end = valueEnd(bytes, at);
    if (end === undefined) fail(to(at), "the record is never closed", "The file is cut off: give all of it.");
    yield recordOf(bytes.toString("utf8", at, end), to(at));
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    else if (bytes[at] === CLOSE_LIST) break;
    else if (at >= bytes.length) fail(to(end), "the list is never closed", "The file is cut off: give all of it.");
    else fail(to(at), "expected a comma or the end of the list behind a record", "Correct the file.");
  }
  const rest = skipSpace(bytes, at + 1);
  if (rest < bytes.length) fail(to(rest), "there is something behind the end of the list", "Remove it.");
}

/** The index behind the value that begins at `start`; undefined if it is never closed. */
function valueEnd(bytes: Buffer, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; ; at++) {
        at = bytes.indexOf(QUOTE, at);
        if (at < 0) return undefined;
        let slashes = 0;
        while (bytes[at - 1 - slashes] === BACKSLASH) slashes++;
        if (slashes % 2 === 0) break;
      }
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth === 0) return at;
      depth--;
    } else if (byte === COMMA && depth === 0) return at;
    else continue;
    if (depth === 0) return at + 1;
  }
  return depth === 0 ? bytes.length : undefined;
}

function skipSpace(bytes: Buffer, at: number): number {
  let next = at;
  while (next < bytes.length && isSpace(bytes[next])) next++;
  return next;
}

function linesIn(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}

function recordOf(text: string, where: string): JsonRecord {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    fail(where, `it is not JSON (${(error as Error).message})`, "Correct or remove the line.", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    fail(where, `expected a JSON object, found ${text.slice(0, 40)}`, "Correct or remove the line.");
  const doubled = doubledKey(text, Object.keys(value));
  if (doubled !== undefined) fail(where, `the record has the key "${doubled}" twice`, "Rename or remove one.");
  return value as JsonRecord;
}
