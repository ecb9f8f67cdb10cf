// Mean and spread of repeated runs.

import { mean as meanOf } from "../core/mean";
import { type Interval, meanInterval } from "../core/mean-interval";
import { type Check, oneOf } from "../core/options";
import { faint } from "./figure";

/**
 * `range`: smallest to largest value; `deviation`: mean ± standard deviation (n − 1); `confidence`: the 95 % confidence
 * interval of the mean (`meanInterval`).
 */
export type Band = "range" | "std" | "confidence";

/** For `checkOptions`. */
export const band: Check = oneOf("range", "std", "confidence");

/** Mean and interval of values; the interval of one value is the value itself. */
export function spread(values: number[], band: Band): Interval {
  if (band === "confidence") return meanInterval(values);
  const mean = meanOf(values);
  if (band === "range") return { mean, low: Math.min(...values), high: Math.max(...values) };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { mean, low: mean - deviation, high: mean + deviation };
}

/** The area between the ends of the intervals along x, as a part of a trace. */
export const spreadArea = (x: readonly number[], spreads: readonly Interval[], color: string) => ({
  x: [...x, ...[...x].reverse()],
  y: [...spreads.map(({ high }) => high), ...spreads.map(({ low }) => low).reverse()],
  mode: "lines",
  fill: "toself",
  fillcolor: faint(color),
  line: { width: 0 },
  hoverinfo: "skip",
  showlegend: false,
});
