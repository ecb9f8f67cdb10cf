import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, integer, listOf, required, text as string } from "../core/options";
import { seeded } from "../core/random";

/** A few-shot split. */
export interface FewShotOptions {
  /** Rows of each class in train, and again in valid; at least 1. */
  shots: number;
  /** Number of the random split: the seed, a whole number. */
  split: number;
  /** All classes; the label of every row must be one of them. */
  classes: readonly string[];
  /** Total rows of test, equally many of each class. Default: as many as the smallest class allows. */
  testSize?: number;
  /** Column of the class. Default "label". */
  label?: string;
  /** Column of the text. Default "text". */
  text?: string;
}

const fewShotChecks: Checks<FewShotOptions> = {
  shots: required(integer(1)),
  split: required(integer(Number.MIN_SAFE_INTEGER)),
  classes: required(listOf(string)),
  testSize: integer(1),
  label: string,
  text: string,
};

/** Three tables with the columns of the source, in each of which rows of the classes alternate. */
export interface FewShot {
  train: ColumnTable;
  valid: ColumnTable;
  test: ColumnTable;
  classes: readonly string[];
}

/**
 * Draws a balanced few-shot task from a labeled table. The three parts share no row and no text: of texts that differ
 * only in case and white space, the first is used. The same split number gives the same rows.
 *
 * Errors: a label that is not among the classes, with its row; a class with too few rows; a test size that is not a
 * multiple of the number of classes.
 */
export function fewShot(source: ColumnTable, options: FewShotOptions): FewShot {
  checkOptions("fewShot", options, fewShotChecks);
  const { shots, split, classes, label = "label", text = "text" } = options;
  const rows = source.reify(); // numbers the rows that a filter has left
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

/** Indices of the rows of each class, without repeated texts. */
function groups(rows: ColumnTable, classes: readonly string[], label: string, text: string): Map<string, number[]> {
  for (const name of [label, text]) {
    if (!rows.column(name)) {
      fail("fewShot", `there is no column "${name}"`, `The table has ${rows.columnNames().join(", ")}.`);
    }
  }
  const found = new Map(classes.map(name => [name, [] as number[]]));
  const seen = new Set<string>();
  const labels = Array.from(rows.array(label) as ArrayLike<unknown>, String); // a file's labels 0 and 1 are numbers
  for (const [row, value] of (rows.array(text) as string[]).entries()) {
    const group = found.get(labels[row]);
    if (!group) fail("fewShot", `row ${row} has the label "${labels[row]}"`, `The classes are ${classes.join(", ")}.`);
    const key = value.toLowerCase().replace(/\s+/g, " ").trim();
    if (!seen.has(key)) group.push(row);
    seen.add(key);
  }
  return found;
}
