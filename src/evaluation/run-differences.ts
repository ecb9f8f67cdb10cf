// Methods against a baseline, run by run.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, required, text } from "../core/options";

/** Options of `runDifferences`. */
export interface RunDifferenceOptions {
  /** The numeric columns to compare. */
  values: readonly string[];
  /** The method that all others are compared with. */
  baseline: string;
  /** The column of the methods. Default "method". */
  method?: string;
  /** The columns in which two runs agree if they belong together. Default ["seed"]. */
  by?: readonly string[];
}

const runDifferenceChecks: Checks<RunDifferenceOptions> = {
  values: required(listOf(text)),
  baseline: required(text),
  method: text,
  by: listOf(text),
};

/**
 * Each run minus the baseline's run with the same seed, split or other columns in `by`: an easy split or a lucky seed,
 * which all methods profit from, cancels out. The table has the columns method, those of `by` and of `values`, and one
 * row for each run of another method that has a partner; a value that is missing on either side is null.
 *
 *     const differences = runDifferences(runs, { values: ["score"], baseline: "bandit", by: ["seed", "split"] });
 *
 * Errors: a column that does not exist; two runs of the baseline that agree in `by`; an option out of its range.
 */
export function runDifferences(runs: aq.ColumnTable, options: RunDifferenceOptions): aq.ColumnTable {
  checkOptions("runDifferences", options, runDifferenceChecks);
  const { values, baseline, method = "method", by = ["seed"] } = options;
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
