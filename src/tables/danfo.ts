// danfo.js data frames, for those who think in them.

import * as aq from "arquero";
import type { DataFrame } from "danfojs-node";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "./columns";

/**
 * A data frame of a table's rows, as they are filtered and ordered. danfo keeps rows and columns of its own, as plain arrays;
 * nothing else is copied. Its types come from all values, not from the first rows.
 *
 * Errors: a table without rows, or a column of lists or records (conversations, token ids), which danfo cannot hold.
 */
export function toDanfo(table: aq.ColumnTable): DataFrame {
  if (table.numRows() === 0) fail("toDanfo", "the table has no rows", "Give a table with rows.");
  const danfo = require("danfojs-node") as typeof import("danfojs-node"); // seconds of loading, for those who ask for it
  const names = table.columnNames();
  const columns = names.map(name => valuesOf(table, name));
  const nested = names.find((_, c) => Array.isArray(columns[c]) && columns[c].some(isNested));
  if (nested !== undefined)
    fail("toDanfo", `the column "${nested}" holds lists or records`, "danfo.js has texts for them: leave it out.");
  const rows = Array.from({ length: table.numRows() }, (_, row) => columns.map(values => values[row]));
  return new danfo.DataFrame(rows, { columns: names, dtypes: columns.map(typeOf) });
}

/** A table of a data frame's columns, which are not copied: do not change the frame in place afterwards. Its index is left out. */
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
