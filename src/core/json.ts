// JSON from untrusted files: size, depth and number of values are limited before any value is created.

import * as fs from "node:fs";
import * as path from "node:path";
import { fail } from "./errors";

const deepest = 128; // as in serde_json, which reads these files for Python
const mostValues = 10_000_000;

/**
 * Parses a JSON object; `where` names it in errors.
 *
 * Errors: bytes that are not JSON in UTF-8; a value other than an object; a repeated key; nesting deeper than 128; more
 * than 10 million values.
 */
export function parseJsonObject(bytes: Uint8Array, where: string): Record<string, unknown> {
  const remedy = "The file is damaged or was written by another kind of program: replace it.";
  const trouble = structureTrouble(bytes);
  if (trouble) fail(where, trouble, remedy);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    fail(where, `it is not JSON in UTF-8 (${(error as Error).message.slice(0, 200)})`, remedy, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    fail(where, "it is not a JSON object", remedy);
  return value as Record<string, unknown>;
}

/**
 * Reads the object in a JSON file of at most `limit` bytes. Errors: a larger file; one that cannot be read; those of
 * `parseJsonObject`.
 */
export function readJsonObject(file: string, limit: number): Record<string, unknown> {
  const where = path.basename(file);
  let bytes: Buffer;
  try {
    const info = fs.statSync(file);
    if (!info.isFile()) fail(where, `${file} is not a file`, "Check the path.");
    if (info.size > limit)
      fail(where, `it has ${info.size} bytes, more than ${limit}`, "This is not the file it should be.");
    bytes = fs.readFileSync(file);
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    fail(where, `it cannot be read (${(error as Error).message})`, "Check the path and its permissions.", error);
  }
  return parseJsonObject(bytes, where);
}

const [quote, backslash, comma, colon] = [...'"\\,:'].map(c => c.charCodeAt(0));
const [openArray, closeArray, openObject, closeObject] = [..."[]{}"].map(c => c.charCodeAt(0));

/** What is wrong with nesting, number of values or keys, if anything; JSON.parse checks everything else. */
function structureTrouble(bytes: Uint8Array): string | undefined {
  const keys: (Set<string> | undefined)[] = [];
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i];
    if (c === quote) {
      const start = i;
      for (i++; i < bytes.length && bytes[i] !== quote; i++) if (bytes[i] === backslash) i++;
      let next = i + 1;
      while (bytes[next] === 32 || (bytes[next] >= 9 && bytes[next] <= 13)) next++;
      const known = keys.at(-1);
      if (bytes[next] !== colon || !known) continue;
      const key = unescaped(bytes, start, i + 1);
      if (known.has(key)) return `the key ${JSON.stringify(key).slice(0, 80)} occurs twice in one object`;
      known.add(key);
    } else if (c === openObject || c === openArray) {
      if (keys.push(c === openObject ? new Set() : undefined) > deepest) return `it is nested deeper than ${deepest}`;
      values++;
    } else if (c === closeObject || c === closeArray) keys.pop();
    else if (c === comma) values++;
    if (values > mostValues) return `it holds more than ${mostValues} values`;
  }
  return undefined;
}

function unescaped(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return text; // JSON.parse of the whole text will report the error
  }
}
