// Columns as arquero holds them: numbers in typed arrays, a missing number as NaN; other values in plain arrays.

import type { ColumnTable } from "arquero";

/** The values of a column of a table, or of a file's. */
export type Values = ArrayLike<unknown>;

/**
 * The values of a column, row by row as the table is filtered and ordered. Not copied where every row is there in its place:
 * not to be written to.
 */
export function valuesOf(table: ColumnTable, name: string): Values {
  const values = table.data()[name];
  const isArray = Array.isArray(values) || ArrayBuffer.isView(values);
  if (isArray && !table.isFiltered() && !table.isOrdered()) return values as unknown as Values;
  return table.array(name, isArray ? (values.constructor as ArrayConstructor) : Array);
}

/**
 * A column as it came from a file, in its final form. Where all values are numbers (of which some may be missing), a
 * Float64Array with NaN for the missing ones; an Int32Array stays. 64-bit integers become numbers where all are exact.
 * Lists and records become plain arrays and objects, other missing values null.
 */
export function finished(values: Values): Values {
  if (ArrayBuffer.isView(values) && !(values instanceof BigInt64Array) && !(values instanceof BigUint64Array))
    return values;
  let numbers = 0;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) missing++;
    else if (isExact(value)) numbers++;
    else break;
  }
  if (numbers > 0 && numbers + missing === values.length) {
    const out = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) out[i] = Number(values[i] ?? Number.NaN);
    return out;
  }
  return Array.from(values, plain);
}

const isExact = (value: unknown) =>
  typeof value === "number" || (typeof value === "bigint" && Number.isSafeInteger(Number(value)));

/** Lists and records of a file's reader as plain arrays and objects, what is missing as null. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown as Values, plain);
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}
