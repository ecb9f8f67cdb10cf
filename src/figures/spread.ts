// The middle of repeated runs and how far they spread.

import { mean as meanOf } from "../core/mean";
import { type Interval, meanInterval } from "../core/mean-interval";

/**
 * `range`: smallest to largest value; `deviation`: mean ± standard deviation (n − 1); `confidence`: the 95 % confidence interval of
 * the mean (`meanInterval`).
 */
export type Band = "range" | "deviation" | "confidence";

/** One value spreads to itself. */
export function spread(values: number[], band: Band): Interval {
  if (band === "confidence") return meanInterval(values);
  const mean = meanOf(values);
  if (band === "range") return { mean, low: Math.min(...values), high: Math.max(...values) };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { mean, low: mean - deviation, high: mean + deviation };
}
