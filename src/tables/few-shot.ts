import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { seeded } from "../core/random";

export interface FewShotOptions {
  /** Rows of each class in train, and as many in valid. */
  shots: number;
  /** Which of the random splits, a whole number: the seed. */
  split: number;
  /** The classes, all of them; every row must have one. */
  classes: readonly string[];
  /** Rows of test in all, the same number of each class. Default: as many as the smallest class allows. */
  testSize?: number;
  /** The column of the class. Default "label". */
  label?: string;
  /** The column of the text. Default "text". */
  text?: string;
}

/** Three tables with the columns of the source, rows of the classes by turns. */
export interface FewShot {
  train: ColumnTable;
  valid: ColumnTable;
  test: ColumnTable;
  classes: readonly string[];
}

/**
 * A balanced few-shot task out of a labelled table. The three parts share no row, and no text: of texts that differ
 * only in case and white space, the first is taken. The same split gives the same rows.
 *
 * Errors: a label outside the classes (with its row), a class with no or too few rows, a test size that the classes
 * cannot share equally.
 */
export function fewShot(source: ColumnTable, options: FewShotOptions): FewShot {
  const { shots, split, classes, label = "label", text = "text" } = options;
  const rows = source.reify(); // row numbers below count what a filter has left
  const byClass = groups(rows, classes, label, text);
  const testShots = testPerClass(options, Math.min(...[...byClass.values()].map(group => group.length)));
  const needed = 2 * shots + testShots;
  const rng = seeded(split).split("few-shot");

  const shuffled = [...byClass].map(([name, group]) => {
    if (group.length < needed) {
      const found = group.length === 0 ? "has no rows" : `has ${group.length} rows, but ${needed} are asked for`;
      fail("fewShot", `class "${name}" ${found}`, "Ask for fewer shots or a smaller test, or give more rows.");
    }
    return rng.split(name).shuffled(group);
  });
  const part = (from: number, to: number) =>
    rows.reify(Array.from({ length: to - from }, (_, i) => shuffled.map(group => group[from + i])).flat());

  return { train: part(0, shots), valid: part(shots, 2 * shots), test: part(2 * shots, needed), classes };
}

function testPerClass({ shots, classes, testSize }: FewShotOptions, smallest: number): number {
  if (testSize === undefined) return Math.max(1, smallest - 2 * shots);
  if (!Number.isInteger(testSize / classes.length) || testSize < 1) {
    fail("fewShot", `testSize is ${testSize}`, `Give a multiple of ${classes.length}, the number of classes.`);
  }
  return testSize / classes.length;
}

/** The row numbers of each class, without repeated texts. */
function groups(rows: ColumnTable, classes: readonly string[], label: string, text: string): Map<string, number[]> {
  for (const name of [label, text]) {
    if (!rows.column(name)) {
      fail("fewShot", `there is no column "${name}"`, `The table has ${rows.columnNames().join(", ")}.`);
    }
  }
  const found = new Map(classes.map(name => [name, [] as number[]]));
  const seen = new Set<string>();
  const labels = rows.array(label) as string[];
  for (const [row, value] of (rows.array(text) as string[]).entries()) {
    const group = found.get(labels[row]);
    if (!group) fail("fewShot", `row ${row} has the label "${labels[row]}"`, `The classes are ${classes.join(", ")}.`);
    const key = value.toLowerCase().replace(/\s+/g, " ").trim();
    if (!seen.has(key)) group.push(row);
    seen.add(key);
  }
  return found;
}
