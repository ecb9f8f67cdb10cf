import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";

/** Errors: a column that the table lacks. */
export function requireColumns(where: string, table: ColumnTable, names: readonly string[]): void {
  for (const name of names) {
    if (!table.column(name)) {
      fail(where, `there is no column "${name}"`, `The table has ${table.columnNames().join(", ")}.`);
    }
  }
}

/** Rows grouped by a key, in the order of first appearance. */
export function groupedBy<Row, Key>(rows: Row[], key: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
