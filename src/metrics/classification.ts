import { fail } from "../core/errors";

/**
 * Share of rows whose label has a larger probability than every other class, from 0 to 1. A tie does not count.
 *
 * @param probabilities one row of class probabilities an example (any increasing function of them will do)
 * @param labels        the index of each row's true class
 */
export function accuracy(probabilities: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  if (probabilities.length !== labels.length || labels.length === 0) {
    fail("accuracy", `${probabilities.length} rows and ${labels.length} labels`, "Give one label a row, at least one.");
  }
  const hits = probabilities.filter((row, i) => wins(row, labels[i], i));
  return hits.length / labels.length;
}

function wins(row: ArrayLike<number>, label: number, i: number): boolean {
  if (!(label in row)) fail("accuracy", `label ${i} is ${label}`, `Give an index below ${row.length}.`);
  return Array.from(row).every((p, other) => other === label || p < row[label]);
}
