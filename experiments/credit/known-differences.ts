// Methods on known token rewards compared at equal scored sequences: at each method's best learning rate, and at equal
// KL.

import * as aq from "arquero";
import { fail } from "../../src/core/errors";
import { mean } from "../../src/core/mean";
import { groupedBy } from "../../src/figures/columns";
import { atEqualKl } from "../../src/metrics/equal-kl";
import type { KnownRewardMethod, KnownRewardRow } from "./known-rewards";

/** The difference of two methods' scores in one seed, in shares of the best possible score. */
export interface KnownDifference {
  comparison: "equal KL" | "best learning rates";
  length: number;
  scored: number;
  seed: number;
  difference: number;
}

/**
 * First method minus second, of each seed, length and number of scored sequences. At equal KL: the mean difference of
 * the curves of score over KL that the learning rates give (`atEqualKl`); seeds whose curves share no KL have none. At
 * the best learning rates: each method at the rate that has the highest mean score in the `tuning` rows, which have
 * other seeds.
 *
 * Errors: rates that the tuning rows lack.
 */
export function knownDifferences(
  rows: readonly KnownRewardRow[],
  tuning: readonly KnownRewardRow[],
  methods: readonly [KnownRewardMethod, KnownRewardMethod],
): KnownDifference[] {
  const own = rows.filter(({ method }) => methods.includes(method));
  return [...groupedBy(own, ({ length, scored, seed }) => `${length} ${scored} ${seed}`).values()].flatMap(runs => {
    const [{ length, scored, seed }] = runs;
    const of = (method: KnownRewardMethod) => runs.filter(run => run.method === method);
    const at = { length, scored, seed };
    const [first, second] = methods.map(method => {
      const rate = bestRate(tuning, method, at);
      return of(method).find(({ learningRate }) => learningRate === rate)?.score ?? Number.NaN;
    });
    const best = { comparison: "best learning rates" as const, ...at, difference: first - second };
    if (!overlap(of(methods[0]), of(methods[1]))) return [best];
    const { mean } = atEqualKl(aq.from(runs) as aq.ColumnTable, { methods });
    return [{ comparison: "equal KL" as const, ...at, difference: mean }, best];
  });
}

/** The learning rate with the highest mean score over seeds. Errors: no such run. */
export function bestRate(
  tuning: readonly KnownRewardRow[],
  method: KnownRewardMethod,
  { length, scored }: Pick<KnownRewardRow, "length" | "scored">,
): number {
  const own = tuning.filter(run => run.method === method && run.length === length && run.scored === scored);
  if (own.length === 0)
    fail("bestRate", `no run of "${method}", length ${length}, after ${scored} sequences`, "Run the tuning seeds.");
  const means = [...groupedBy(own, run => run.learningRate)].map(([rate, runs]) => ({
    rate,
    score: mean(runs.map(({ score }) => score)),
  }));
  return means.reduce((best, next) => (next.score > best.score ? next : best)).rate;
}

function overlap(a: readonly KnownRewardRow[], b: readonly KnownRewardRow[]): boolean {
  const [p, q] = [a, b].map(runs => runs.map(({ kl }) => kl));
  return Math.max(Math.min(...p), Math.min(...q)) <= Math.min(Math.max(...p), Math.max(...q));
}
