import * as tf from "@tensorflow/tfjs-core";

export interface Outcome {
  cases: number;
  /** Largest |a − b| / (1 + |b|) over all numbers compared. */
  largestError: number;
  /** One line for every number beyond its tolerance, and for every case without a checker. */
  misses: string[];
}

/** Checks all cases of one fixture file. */
export type Checker = (fixture: any, path: string) => Promise<Outcome>;

/** The accuracy of float32 engines on the small inputs of the fixtures. */
export const float32Tolerance = 1e-4;

/** A checker that runs `check` on each case. */
export function caseByCase(check: (testCase: any, outcome: Outcome) => void): Checker {
  return async fixture => {
    const outcome: Outcome = { cases: 0, largestError: 0, misses: [] };
    for (const testCase of fixture.cases) {
      tf.tidy(() => check(testCase, outcome));
      outcome.cases++;
    }
    return outcome;
  };
}

/** Compares a tensor or plain numbers with those of the fixture: |a − b| ≤ tolerance · (1 + |b|). */
export function compare(
  outcome: Outcome,
  where: string,
  actual: tf.Tensor | ArrayLike<number>,
  expected: unknown,
  tolerance = float32Tolerance,
): void {
  const found = [...Array.from(actual instanceof tf.Tensor ? actual.dataSync() : actual)];
  const wanted = numbers(expected);
  if (found.length !== wanted.length) {
    outcome.misses.push(`${where}: ${found.length} numbers, expected ${wanted.length}`);
    return;
  }
  for (const [i, x] of found.entries()) {
    if (Object.is(x, wanted[i])) continue;
    const error = Math.abs(x - wanted[i]) / (1 + Math.abs(wanted[i]));
    if (error <= tolerance) outcome.largestError = Math.max(outcome.largestError, error);
    else outcome.misses.push(`${where}[${i}]: ${x}, expected ${wanted[i]}`);
  }
}

/** The numbers of nested lists as one flat list; "inf", "-inf" and "nan" are strings in the fixtures. */
export const numbers = (nested: unknown): number[] =>
  ([nested].flat(Infinity) as (number | "inf" | "-inf" | "nan")[]).map(value =>
    typeof value === "number" ? value : { inf: Infinity, "-inf": -Infinity, nan: Number.NaN }[value],
  );

export const matrix = (rows: unknown[][]): tf.Tensor2D => tf.tensor2d(numbers(rows), [rows.length, rows[0].length]);

export const cube = (x: unknown[][][]): tf.Tensor3D => tf.tensor3d(numbers(x), [x.length, x[0].length, x[0][0].length]);
