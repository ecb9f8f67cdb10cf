// Columns in the form that arquero stores: numbers in typed arrays, with NaN for missing ones; other values in plain
// arrays.

import type { ColumnTable } from "arquero";

/** The values of a column, of a table or of a file. */
export type Values = ArrayLike<unknown>;

/**
 * The values of a column in the order of the rows, without rows that are filtered out. They are not copied if the table
 * is neither filtered nor ordered, so do not write to them.
 */
export function valuesOf(table: ColumnTable, name: string): Values {
  const values = table.data()[name];
  const isArray = Array.isArray(values) || ArrayBuffer.isView(values);
  if (isArray && !table.isFiltered() && !table.isOrdered()) return values as unknown as Values;
  return table.array(name, isArray ? (values.constructor as ArrayConstructor) : Array);
}

/**
 * The final form of a column that was read from a file. If all values are numbers, some of them possibly missing, it is
 * a Float64Array with NaN for missing values; typed arrays stay as they are. 64-bit integers become numbers if all of
 * them are exact, else all of the column's are BigInt. Lists and records become plain arrays and objects, other missing
 * values null.
 */
export function finished(values: Values): Values {
  if (ArrayBuffer.isView(values) && !(values instanceof BigInt64Array) && !(values instanceof BigUint64Array))
    return values;
  let [numbers, missing, large, whole] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) missing++;
    else if (typeof value === "number") {
      numbers++;
      if (Number.isInteger(value) && Math.abs(value) < 1e21) whole++; // written without an exponent
    } else if (typeof value === "bigint") {
      whole++;
      if (isExact(value)) numbers++;
      else large++;
    } else break;
  }
  if (numbers > 0 && numbers + missing === values.length) {
    const out = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) out[i] = Number(values[i] ?? Number.NaN);
    return out;
  }
  if (large > 0 && whole + missing === values.length)
    return Array.from(values, value => (value === null || value === undefined ? null : BigInt(String(value))));
  return Array.from(values, plain);
}

const isExact = (value: bigint) => Number.isSafeInteger(Number(value));

/** A value of a file's reader with plain arrays and objects for lists and records, and null for missing values. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return isExact(value) ? Number(value) : value;
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown as Values, plain);
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}
