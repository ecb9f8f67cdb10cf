// A table from records, in time and memory linear in their values.

import * as aq from "arquero";
import { columnNames } from "./column-names";
import { finished, type Values } from "./columns";
import type { JsonRecord } from "./object-records";

/** A table of records: a column for each key, undefined in rows that lack it. `name` is the file's, for messages. */
export function recordsTable(records: Iterable<JsonRecord>, name: string): aq.ColumnTable {
  const rows = Array.from(records);
  const counts = new Map<string, number>();
  let values = 0;
  for (const row of rows)
    for (const key of Object.keys(row)) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      values++;
    }
  const written = [...counts.keys()];
  const names = columnNames(name, written);
  const isSparse = written.length * rows.length > 20 * values + 1e6;
  const columns = isSparse ? sparse(rows, counts) : written.map(key => rows.map(row => row[key]));
  return aq.table(names.map((own, c) => [own, columns[c] as unknown[]]));
}

/** As `recordsTable`, in the form that tables of files have: numbers as Float64Array, missing values null. */
export function finishedRecords(records: Iterable<JsonRecord>, name: string): aq.ColumnTable {
  const table = recordsTable(records, name);
  const columns = table.data() as Record<string, unknown>;
  return aq.table(
    table
      .columnNames()
      .map(own => [own, Array.isArray(columns[own]) ? finished(columns[own] as Values) : columns[own]]),
  );
}

/** Columns of which most have few values: where each line has keys of its own, arrays would grow with their square. */
function sparse(rows: readonly JsonRecord[], counts: ReadonlyMap<string, number>): Iterable<unknown>[] {
  const found = new Map([...counts.keys()].map(key => [key, new Map<number, unknown>()]));
  for (const [row, record] of rows.entries())
    for (const [key, value] of Object.entries(record)) found.get(key)!.set(row, value);
  return [...found.values()].map(values => {
    const column = {
      length: rows.length,
      at: (row: number) => values.get(row),
      *[Symbol.iterator]() {
        for (let row = 0; row < rows.length; row++) yield values.get(row);
      },
    };
    return column;
  });
}
