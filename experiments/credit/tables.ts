// The tables of token credit, in Markdown.

import * as aq from "arquero";
import { mean } from "../../src/core/mean";
import { type Interval, meanInterval } from "../../src/core/mean-interval";
import { groupedBy } from "../../src/figures/columns";
import { atEqualKl } from "../../src/metrics/equal-kl";
import { markdown } from "../lib/markdown";
import type { KnownDifference } from "./known-differences";
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

/** What is compared at equal KL. */
export interface KlScore {
  method: string;
  seed: number;
  kl: number;
  score: number;
  judge?: number | null;
}

/** A difference of two methods at equal KL. */
export interface EqualKlRow extends Interval {
  method: string;
  baseline: string;
  measure: "score" | "judge";
  /** Seeds that both methods ran with. */
  seeds: number;
}

/**
 * Each method minus the baseline at equal KL (`atEqualKl`), over the seeds that both ran with. Curves begin at the run
 * "untrained" of their seed where there is one, at KL 0; without it seeds whose curves share no KL are left out.
 */
export function equalKlRows(
  runs: readonly KlScore[],
  baseline: string,
  measure: EqualKlRow["measure"] = "score",
): EqualKlRow[] {
  const known = runs.filter(run => Number.isFinite(run[measure]));
  const trained = [...new Set(known.map(({ method }) => method))].filter(method => method !== "untrained");
  return trained.flatMap(method => {
    if (method === baseline) return [];
    const seeds = [...groupedBy([...known], ({ seed }) => seed).values()].flatMap(own => {
      const [a, b] = [method, baseline].map(name => curve(own, name));
      return shareKl(a, b) ? [[...a, ...b]] : [];
    });
    if (seeds.length === 0) return [];
    const table = aq.from(seeds.flat()) as aq.ColumnTable;
    const { mean, low, high } = atEqualKl(table, { methods: [method, baseline], score: measure });
    return [{ method, baseline, measure, seeds: seeds.length, mean, low, high }];
  });
}

/** A method's runs with the untrained one as its own; none where the method did not run. */
function curve(runs: readonly KlScore[], method: string): KlScore[] {
  const own = runs.filter(run => run.method === method);
  const start = runs.filter(run => run.method === "untrained").map(run => ({ ...run, method }));
  return own.length > 0 ? [...start, ...own] : [];
}

function shareKl(a: readonly KlScore[], b: readonly KlScore[]): boolean {
  if (a.length === 0 || b.length === 0) return false;
  const [p, q] = [a, b].map(runs => runs.map(({ kl }) => kl));
  return Math.max(Math.min(...p), Math.min(...q)) <= Math.min(Math.max(...p), Math.max(...q));
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
