// The tables of token credit, in Markdown.

import * as aq from "arquero";
import { mean } from "../../src/core/mean";
import { type Interval, meanInterval } from "../../src/core/mean-interval";
import { groupedBy } from "../../src/figures/columns";
import { atEqualKl } from "../../src/metrics/equal-kl";
import { markdown } from "../lib/markdown";
import type { KnownDifference } from "./known-differences";
import type { CreditMethodName } from "./methods";
import type { CreditRun } from "./text-run";

/** A table of differences: a row for each number of scored sequences, a column for each length. */
export function knownTable(differences: readonly KnownDifference[], comparison: KnownDifference["comparison"]): string {
  const own = differences.filter(row => row.comparison === comparison);
  const sorted = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  const lengths = sorted(own.map(({ length }) => length));
  const lines = sorted(own.map(({ scored }) => scored)).map(scored => [
    String(scored),
    ...lengths.map(length => {
      const runs = own.filter(row => row.length === length && row.scored === scored);
      return shown(meanInterval(runs.map(({ difference }) => difference)), runs.length);
    }),
  ]);
  return markdown([["scored", ...lengths.map(length => `${length} tokens`)], ...lines]);
}

const measures = { score: 3, kl: 3, nll: 2, distinct2: 2, repeated: 2, judge: 2 } as const;

/** Means over seeds of each method at each KL weight. */
export function runTable(runs: readonly CreditRun[]): string {
  const groups = groupedBy([...runs], ({ method, weight }) => `${method} ${weight}`);
  const judged = runs.some(({ judge }) => judge !== null);
  const names = (Object.keys(measures) as (keyof typeof measures)[]).filter(name => name !== "judge" || judged);
  const lines = [...groups.values()].map(own => [
    own[0].method,
    String(own[0].weight),
    String(own.length),
    ...names.map(name => number(mean(own.map(run => run[name] ?? Number.NaN)), measures[name])),
  ]);
  return markdown([["method", "KL weight", "seeds", ...names], ...lines]);
}

/** What a difference at equal KL is of. */
export interface EqualKlRow extends Interval {
  method: CreditMethodName;
  baseline: CreditMethodName;
  measure: "score" | "judge";
  /** Seeds whose curves share a KL. */
  seeds: number;
}

/**
 * Each method against the baseline at equal KL (`atEqualKl`), over the seeds in which the curves of both share a KL;
 * methods without such a seed are left out.
 */
export function equalKlRows(
  runs: readonly CreditRun[],
  baseline: CreditMethodName,
  measure: EqualKlRow["measure"] = "score",
): EqualKlRow[] {
  const known = runs.filter(run => run[measure] !== null);
  const methods = [...new Set(known.map(({ method }) => method))].filter(method => method !== baseline);
  return methods.flatMap(method => {
    const seeds = [...groupedBy([...known], ({ seed }) => seed).values()].flatMap(own => {
      const pair = own.filter(run => run.method === method || run.method === baseline);
      return shareKl(pair, method, baseline) ? [pair] : [];
    });
    if (seeds.length === 0) return [];
    const table = aq.from(seeds.flat()) as aq.ColumnTable;
    const { mean, low, high } = atEqualKl(table, { methods: [method, baseline], score: measure });
    return [{ method, baseline, measure, seeds: seeds.length, mean, low, high }];
  });
}

function shareKl(runs: readonly CreditRun[], ...methods: CreditMethodName[]): boolean {
  const [a, b] = methods.map(method => runs.filter(run => run.method === method).map(({ kl }) => kl));
  return (
    a.length > 0 && b.length > 0 && Math.max(Math.min(...a), Math.min(...b)) <= Math.min(Math.max(...a), Math.max(...b))
  );
}

/** The differences at equal KL as a table. Bold: the interval excludes 0. */
export const equalKlTable = (rows: readonly EqualKlRow[]): string =>
  markdown([
    ["method − baseline", "measure", "seeds", "difference at equal KL"],
    ...rows.map(row => [`${row.method} − ${row.baseline}`, row.measure, String(row.seeds), shown(row, row.seeds)]),
  ]);

/** "mean ± half the interval", bold where the interval excludes 0; the mean alone of a single value. */
function shown({ mean, low, high }: Interval, count: number): string {
  if (count === 0) return "";
  const signed = `${mean > 0 ? "+" : ""}${number(mean, 3)}`;
  if (count === 1) return signed;
  const text = `${signed} ± ${number(high - mean, 3)}`;
  return low * high > 0 ? `**${text}**` : text;
}

const number = (value: number, digits: number): string => value.toFixed(digits).replace("-", "−");
