// The uncertainty of a mean over documents: the bootstrap (Efron 1979), and tests of paired differences.

import { fail } from "../core/errors";
import type { Interval } from "../core/mean-interval";
import {
  type Check,
  type Checks,
  checkOptions,
  either,
  finite,
  integer,
  listOf,
  randomness,
  required,
  text,
} from "../core/options";
import type { Rng } from "../core/random";

/** Draws and level of a bootstrap over documents. */
export interface BootstrapOptions {
  rng: Rng;
  /** Draws of documents. Default 1000. */
  draws?: number;
  /** Share of the draws within the interval. Default 0.95. */
  level?: number;
}

const share: Check = {
  expected: "a share between 0 and 1",
  accepts: value => typeof value === "number" && value > 0 && value < 1,
};
export const bootstrapChecks: Checks<BootstrapOptions & { documents?: ArrayLike<string> }> = {
  rng: required(randomness),
  draws: integer(1),
  level: share,
  documents: listOf(either(text, finite)),
};

export type { Interval };

/**
 * The mean of values, with the interval that holds `level` of the means of as many documents drawn with replacement
 * (percentiles). Values of one document, say its summaries of three aspects or several samples, are drawn together:
 * give `documents`, a name for each value; without it each value is a document of its own.
 *
 * Errors: no values, a value that is not finite, another number of names; an option out of its range.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  options: BootstrapOptions & { documents?: ArrayLike<string> },
): Interval {
  checkOptions("bootstrapMean", options, bootstrapChecks);
  return intervalOf(byDocument("bootstrapMean", values, options.documents), options);
}

function intervalOf(groups: readonly Group[], { rng, draws = 1000, level = 0.95 }: BootstrapOptions): Interval {
  const means = resampledMeans(groups, { rng, draws }).sort();
  return {
    mean: meanOf(groups, groups.keys()),
    low: quantile(means, (1 - level) / 2),
    high: quantile(means, (1 + level) / 2),
  };
}

/** A mean difference with its interval and its probability by chance. */
export interface BootstrapDifference extends Interval {
  /**
   * Probability of a difference at least as large, whatever its sign, if the two methods were the same: approximate
   * randomization.
   */
  p: number;
}

/**
 * The mean difference a − b of two methods on the same items, with its bootstrap interval over documents, and the
 * two-sided p of approximate randomization (Noreen 1989; Riezler & Maxwell 2005): the share of random swaps of the two
 * methods, document by document, that make the difference as large; (swaps as large + 1) / (draws + 1), so it is never
 * 0.
 *
 * Errors: those of `bootstrapMean`; two lists of different length.
 */
export function bootstrapDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions & { documents?: ArrayLike<string> },
): BootstrapDifference {
  checkOptions("bootstrapDifference", options, bootstrapChecks);
  if (a.length !== b.length)
    fail(
      "bootstrapDifference",
      `there are ${a.length} and ${b.length} values`,
      "Give both methods' values of the same items.",
    );
  const differences = Float64Array.from(a, (value, i) => value - b[i]);
  const { draws = 1000, rng } = options;
  const groups = byDocument("bootstrapDifference", differences, options.documents);
  const interval = intervalOf(groups, { ...options, rng: rng.split("documents") });
  const sums = groups.map(({ sum }) => sum);
  const observed = Math.abs(sums.reduce((total, sum) => total + sum, 0));
  const swaps = rng.split("swaps");
  let asLarge = 0;
  for (let draw = 0; draw < draws; draw++) {
    let total = 0;
    for (const sum of sums) total += swaps.uniform() < 0.5 ? sum : -sum;
    // Rounding must not decide between equal sums
    if (Math.abs(total) >= observed * (1 - 1e-12)) asLarge++;
  }
  return { ...interval, p: (asLarge + 1) / (draws + 1) };
}

interface Group {
  sum: number;
  count: number;
}

function byDocument(where: string, values: ArrayLike<number>, documents?: ArrayLike<string>): Group[] {
  if (values.length === 0) fail(where, "there are no values", "Give at least one.");
  if (documents && documents.length !== values.length)
    fail(where, `there are ${documents.length} documents for ${values.length} values`, "Name each value's document.");
  const groups = new Map<string | number, Group>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]))
      fail(where, `value ${i} is ${values[i]}`, "Leave out what has no score, in all methods.");
    const key = documents ? documents[i] : i;
    const group = groups.get(key) ?? { sum: 0, count: 0 };
    groups.set(key, { sum: group.sum + values[i], count: group.count + 1 });
  }
  return [...groups.values()];
}

function meanOf(groups: readonly Group[], chosen: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const i of chosen) {
    sum += groups[i].sum;
    count += groups[i].count;
  }
  return sum / count;
}

function resampledMeans(groups: readonly Group[], { rng, draws }: { rng: Rng; draws: number }): Float64Array {
  const chosen = new Int32Array(groups.length);
  return Float64Array.from({ length: draws }, () =>
    meanOf(
      groups,
      chosen.map(() => rng.integer(groups.length)),
    ),
  );
}

/** The value at a share of the way through sorted values, interpolated between two neighbors. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
