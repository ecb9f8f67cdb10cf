// Methods against a baseline, pair by pair.

import * as aq from "arquero";
import { fail } from "../core/errors";

export interface RunDifferenceOptions {
  /** The numeric columns to compare. */
  values: readonly string[];
  /** The method that all others are compared with. */
  baseline: string;
  /** The column of the methods. Default "method". */
  method?: string;
  /** The columns that two runs share if they belong together. Default seed. */
  by?: readonly string[];
}

/**
 * Each run less the baseline's run on the same seed, split or whatever `by` names: what all methods owe to an easy split or a lucky seed
 * falls out. One row for each run of another method with a partner; a value that either side lacks is null.
 *
 * Errors: a column that is not there; the baseline has two runs of one pair.
 */
export function runDifferences(
  runs: aq.ColumnTable,
  { values, baseline, method = "method", by = ["seed"] }: RunDifferenceOptions,
): aq.ColumnTable {
  const missing = [method, ...by, ...values].find(name => !runs.column(name));
  if (missing !== undefined)
    fail("runDifferences", `there is no column "${missing}"`, `The table has ${runs.columnNames().join(", ")}.`);
  const rows = runs.objects() as Record<string, unknown>[];
  const key = (row: Record<string, unknown>) => JSON.stringify(by.map(name => row[name]));
  const partners = new Map<string, Record<string, unknown>>();
  for (const row of rows.filter(row => row[method] === baseline)) {
    if (partners.has(key(row)))
      fail("runDifferences", `"${baseline}" has two runs of ${by} ${key(row)}`, "Keep one, or name more columns by.");
    partners.set(key(row), row);
  }
  const pairs = rows.filter(row => row[method] !== baseline && partners.has(key(row)));
  const column = (name: string, of: (row: Record<string, unknown>) => unknown) => [name, pairs.map(of)] as const;
  const difference = (name: string) => (row: Record<string, unknown>) => {
    const [own, other] = [row[name], partners.get(key(row))![name]];
    return typeof own === "number" && typeof other === "number" ? own - other : null;
  };
  const columns = [
    ...[method, ...by].map(name => column(name, row => row[name])),
    ...values.map(name => column(name, difference(name))),
  ];
  return aq.table(Object.fromEntries(columns) as Record<string, unknown[]>);
}
