// The tables of several files as one.

import * as path from "node:path";
import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Values, valuesOf } from "./columns";

/** A table and the file that it is from. */
export interface FromFile {
  file: string;
  table: aq.ColumnTable;
}

/**
 * The rows of several tables, one table behind the other.
 *
 * Errors, with both files: a column that one lacks; of files without types (CSV), numbers in one and texts in another.
 */
export function joinedTables(parts: readonly FromFile[], { typed }: { typed: boolean }): aq.ColumnTable {
  const [first, ...others] = parts;
  if (others.length === 0) return first.table;
  const names = first.table.columnNames();
  for (const { file, table } of others) {
    const lacking = names.find(name => !table.column(name));
    const strange = table.columnNames().find(name => !first.table.column(name));
    if (lacking !== undefined || strange !== undefined)
      fail(
        path.basename(file),
        lacking !== undefined ? `it has no column "${lacking}"` : `it has the column "${strange}"`,
        `${path.basename(first.file)} has ${names.join(", ")}; name those that all have: readTable(file, { columns }).`,
      );
  }
  return aq.table(names.map(name => [name, joined(name, parts, typed)]));
}

function joined(name: string, parts: readonly FromFile[], typed: boolean): Values {
  const columns = parts.map(({ file, table }) => ({ file, values: valuesOf(table, name) }));
  const numeric = columns.find(({ values }) => ArrayBuffer.isView(values));
  const other = columns.find(({ values }) => !ArrayBuffer.isView(values) && !isEmpty(values));
  if (numeric && other && !typed)
    fail(
      path.basename(other.file),
      `"${name}" is text here and numbers in ${path.basename(numeric.file)}`,
      `Say which: readTable(file, { types: { ${JSON.stringify(name)}: "text" } }).`,
    );
  const length = columns.reduce((sum, { values }) => sum + values.length, 0);
  const out = numeric && !other ? new Float64Array(length) : new Array<unknown>(length);
  let row = 0;
  for (const { values } of columns)
    for (let i = 0; i < values.length; i++, row++)
      out[row] = out instanceof Float64Array ? numberOrNaN(values[i]) : values[i];
  return out;
}

const isMissing = (value: unknown) => value === null || value === undefined || value === "";
const numberOrNaN = (value: unknown) => (isMissing(value) ? Number.NaN : (value as number));

function isEmpty(values: Values): boolean {
  for (let i = 0; i < values.length; i++) if (!isMissing(values[i])) return false;
  return true;
}
