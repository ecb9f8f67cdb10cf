// Conversion to and from danfo.js data frames.

import * as aq from "arquero";
import type { DataFrame } from "danfojs-node";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "./columns";

/**
 * The rows of a table as a data frame, filtered and ordered like the table. danfo stores all values twice, as rows and
 * as columns. Types are inferred from all values, not just from the first rows.
 *
 * Errors: a table without rows; a column of lists or records (conversations, token ids), which danfo cannot hold.
 */
export function toDanfo(table: aq.ColumnTable): DataFrame {
  if (table.numRows() === 0) fail("toDanfo", "the table has no rows", "Give a table with rows.");
  const danfo = require("danfojs-node") as typeof import("danfojs-node"); // loaded when needed, as this takes seconds
  const names = table.columnNames();
  const columns = names.map(name => valuesOf(table, name));
  const nested = names.find((_, c) => Array.isArray(columns[c]) && columns[c].some(isNested));
  if (nested !== undefined)
    fail(
      "toDanfo",
      `the column "${nested}" holds lists or records`,
      "Leave it out: danfo.js would make texts of them.",
    );
  const rows = Array.from({ length: table.numRows() }, (_, row) => columns.map(values => values[row]));
  return new danfo.DataFrame(rows, { columns: names, dtypes: columns.map(typeOf) });
}

/**
 * The columns of a data frame as a table, without its index. They are not copied, so do not change the frame in place
 * later.
 */
export function fromDanfo(frame: DataFrame): aq.ColumnTable {
  return aq.table(frame.columns.map(name => [name, frame.column(name).values as unknown[]]));
}

const isNested = (value: unknown) => typeof value === "object" && value !== null && !(value instanceof Date);

function typeOf(values: Values): string {
  if (values instanceof Int32Array) return "int32";
  if (ArrayBuffer.isView(values)) return "float32";
  const all = (type: string) => {
    for (let i = 0; i < values.length; i++)
      if (values[i] !== null && values[i] !== undefined && typeof values[i] !== type) return false;
    return true;
  };
  return all("number") ? "float32" : all("boolean") ? "boolean" : "string";
}
