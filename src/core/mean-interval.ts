// The mean of a few repeated measurements, with its confidence interval.

import { mean as meanOf } from "./mean";

/** A mean and the ends of the interval around it. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/**
 * Mean ± t · s / √n: the 95 % confidence interval of the mean of normally distributed values, where s is their standard
 * deviation (n − 1) and t the 0.975 quantile of Student's distribution with n − 1 degrees of freedom. The interval of
 * one value is the value itself; without values all are NaN.
 */
export function meanInterval(values: readonly number[]): Interval {
  const mean = meanOf(values);
  if (values.length < 2) return { mean, low: mean, high: mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = studentQuantile(values.length - 1) * Math.sqrt(squares / (values.length - 1) / values.length);
  return { mean, low: mean - reach, high: mean + reach };
}

/**
 * The 0.975 quantile of Student's t: a table, then an expansion in 1 / degrees (Fisher and Cornish 1960), exact to 3
 * decimals.
 */
function studentQuantile(degrees: number): number {
  const few = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];
  const z = 1.959964; // of the normal distribution
  const terms = [z ** 3 + z, 5 * z ** 5 + 16 * z ** 3 + 3 * z, 3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z];
  return (
    few[degrees - 1] ?? z + terms[0] / (4 * degrees) + terms[1] / (96 * degrees ** 2) + terms[2] / (384 * degrees ** 3)
  );
}
