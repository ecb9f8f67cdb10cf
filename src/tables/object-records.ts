// Records from a file that is one JSON object.

import { fail } from "../core/errors";
import { warn } from "../core/warn";

export type JsonRecord = Record<string, unknown>;

/**
 * The records in one object, written in one of the ways that are in use: a list of them under one key ("data"); columns
 * as lists of equal length, or by row numbers, as pandas writes them; `columns` and `data` of pandas' "split"; records
 * by keys of their own, which become the column "key"; else one record.
 *
 * Errors: lists of different lengths.
 */
export function objectRecords(object: JsonRecord, name: string): JsonRecord[] {
  const entries = Object.entries(object);
  const { columns, data } = object;
  if (isTexts(columns) && Array.isArray(data) && data.every(row => Array.isArray(row) && row.length === columns.length))
    return data.map(row => Object.fromEntries(columns.map((column, c) => [column, row[c]])));

  const lists = entries.filter(([, value]) => isRecords(value) && !isConversation(value));
  if (lists.length === 1 && entries.filter(([, value]) => Array.isArray(value)).length === 1) {
    const [key, records] = lists[0] as [string, JsonRecord[]];
    if (entries.length > 1) warn(name, `the records are taken from "${key}"`, "The other keys are left out.");
    return records;
  }
  if (entries.length > 0 && entries.every(([, value]) => Array.isArray(value) && !isConversation(value))) {
    const [[first, { length }]] = entries as [string, unknown[]][];
    const other = (entries as [string, unknown[]][]).find(([, list]) => list.length !== length);
    if (other)
      fail(
        name,
        `"${first}" has ${length} values, "${other[0]}" has ${other[1].length}`,
        "Give columns of one length.",
      );
    const lists = entries as [string, unknown[]][];
    return Array.from({ length }, (_, row) => Object.fromEntries(lists.map(([key, list]) => [key, list[row]])));
  }
  if (entries.length > 0 && entries.every(([, value]) => isRecord(value))) {
    const records = entries as [string, JsonRecord][];
    const rows = Object.keys(records[0][1]);
    if (rows.length > 0 && rows.every(row => /^\d+$/.test(row)) && records.every(([, own]) => sameKeys(own, rows)))
      return rows.map(row => Object.fromEntries(records.map(([column, own]) => [column, own[row]])));
    const key = records.some(([, own]) => Object.hasOwn(own, "key")) ? "key_of_record" : "key";
    return records.map(([own, record]) => ({ [key]: own, ...record }));
  }
  return [object];
}

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(item => typeof item === "string");
const isRecords = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isRecord);
const isConversation = (value: unknown) =>
  isRecords(value) && (value as JsonRecord[]).every(item => "role" in item || "from" in item);
const sameKeys = (record: JsonRecord, keys: readonly string[]) =>
  Object.keys(record).length === keys.length && keys.every(key => Object.hasOwn(record, key));
