// The types of CSV columns: a file has only texts.

import { fail } from "../core/errors";
import { parseJson } from "./json-values";

/** Type of a column in a CSV file; "json" is a list or a record in each field. */
export type FieldType = "text" | "number" | "boolean" | "json";
export const fieldTypes: readonly string[] = ["text", "number", "boolean", "json"];

const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$|^NaN$|^-?Infinity$/;
const truths: Record<string, boolean> = { true: true, false: false };
const truthOf = (text: string) => truths[text.toLowerCase()];
const integer = /^-?\d{16,}$/;

/** Whether a number keeps all the digits, as ids need. */
const isNumber = (text: string) => number.test(text) && !(integer.test(text) && !Number.isSafeInteger(Number(text)));
const isNested = (text: string) => text[0] === "[" || text[0] === "{";

/** The type that fits all fields of a column that are not empty. */
export function inferred(texts: readonly string[]): FieldType {
  const first = texts.find(text => text !== "");
  if (first === undefined) return "text";
  if (isNested(first)) return texts.every(text => text === "" || isNested(text)) && isJson(first) ? "json" : "text";
  if (texts.every(text => text === "" || isNumber(text))) return "number";
  return texts.every(text => text === "" || truthOf(text) !== undefined) ? "boolean" : "text";
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/** Values of a column from its fields. `position` gives file, line and column of a row, for errors. */
export function typed(
  texts: string[],
  type: FieldType,
  position: (row: number) => [file: string, line: number, column: string],
): string[] | Float64Array | unknown[] {
  const wrong = (row: number, remedy: string, cause?: unknown): never => {
    const [file, line, column] = position(row);
    const shown = texts[row].length > 60 ? `${texts[row].slice(0, 57)}…` : texts[row];
    fail(`${file}:${line}`, `${column} is "${shown}"`, remedy, cause);
  };
  if (type === "text") return texts;
  if (type === "boolean")
    return texts.map((text, row) => (text === "" ? null : (truthOf(text) ?? wrong(row, "Give true or false."))));
  if (type === "json")
    return texts.map((text, row) => {
      if (text === "") return null;
      try {
        return parseJson(text);
      } catch (error) {
        return wrong(row, 'The others are JSON: correct it, or read the column with the type "text".', error);
      }
    });
  return Float64Array.from(texts, (text, row) => {
    if (text === "NaN" || text.trim() === "") return Number.NaN;
    const value = Number(text);
    return Number.isNaN(value) ? wrong(row, "Give a number.") : value;
  });
}
