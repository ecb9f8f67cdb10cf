// Two methods' scores at equal distance from the reference. At one KL weight they stand at different KLs, and a method
// that strays further may look better for that alone (Gao et al. 2023, arXiv:2210.10760).

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { type Interval, meanInterval } from "../core/mean-interval";
import { type Check, type Checks, checkOptions, required, text } from "../core/options";

/** Options of `atEqualKl`. */
export interface EqualKlOptions {
  /** The two methods, of which the difference is the first minus the second. */
  methods: readonly [string, string];
  /** Names of the columns. Defaults "method", "seed", "kl" and "score". */
  method?: string;
  seed?: string;
  kl?: string;
  score?: string;
}

const pair: Check = {
  expected: "a list of two methods",
  accepts: value => Array.isArray(value) && value.length === 2 && value.every(name => typeof name === "string"),
};
const equalKlChecks: Checks<EqualKlOptions> = {
  methods: required(pair),
  method: text,
  seed: text,
  kl: text,
  score: text,
};

/** What `atEqualKl` found. */
export interface EqualKl extends Interval {
  /** Of each seed: the mean difference over its overlap, and the overlap's ends in KL. */
  seeds: { seed: unknown; difference: number; from: number; to: number }[];
}

/** A curve as points in the order of KL, no two of them with the same KL. */
type Curve = { kl: number; score: number }[];

/**
 * The difference of two methods' scores at equal KL, with its 95 % t-interval over seeds (`meanInterval`). The runs of
 * one method and seed, at several KL weights say, are the points of a curve of score over KL, linear between them; runs
 * at the same KL count as their mean. A seed's difference is its mean over all KLs that both of its curves reach:
 * (1 / (to − from)) ∫ (score_a(k) − score_b(k)) dk, exactly; where they share a single KL, the difference there.
 *
 *     atEqualKl(runs, { methods: ["token", "sequence"] }); // { mean, low, high, seeds }
 *
 * @param rows one row a run
 *
 * Errors: a column or a method that is missing; a seed without runs of one of the methods; a KL or score that is not
 * finite; curves that share no KL.
 */
export function atEqualKl(rows: ColumnTable, options: EqualKlOptions): EqualKl {
  checkOptions("atEqualKl", options, equalKlChecks);
  const { methods, method = "method", seed = "seed", kl = "kl", score = "score" } = options;
  for (const name of [method, seed, kl, score])
    if (!rows.column(name))
      fail("atEqualKl", `there is no column "${name}"`, `The table has ${rows.columnNames().join(", ")}.`);
  const runs = (rows.objects() as Record<string, unknown>[]).map(row => ({
    method: row[method],
    seed: row[seed],
    kl: row[kl] as number,
    score: row[score] as number,
  }));
  const [a, b] = methods.map(name => {
    const own = runs.filter(run => run.method === name);
    if (own.length === 0) {
      const known = [...new Set(runs.map(run => run.method))].join(", ");
      fail("atEqualKl", `there is no method "${name}"`, `There are ${known || "none"}.`);
    }
    return curves(name, own);
  });
  const all = [...new Set([...a.keys(), ...b.keys()])];
  const lacking = all.find(seed => !(a.has(seed) && b.has(seed)));
  if (lacking !== undefined)
    fail(
      "atEqualKl",
      `seed ${lacking} has no run of "${methods[a.has(lacking) ? 1 : 0]}"`,
      "Give both methods the same seeds.",
    );
  const seeds = all.map(seed => ({ seed, ...meanDifference(methods, seed, a.get(seed)!, b.get(seed)!) }));
  return { ...meanInterval(seeds.map(({ difference }) => difference)), seeds };
}

function curves(name: string, runs: readonly { seed: unknown; kl: number; score: number }[]): Map<unknown, Curve> {
  const bySeed = new Map<unknown, Map<number, number[]>>();
  for (const { seed, kl, score } of runs) {
    if (!Number.isFinite(kl) || !Number.isFinite(score))
      fail("atEqualKl", `a run of "${name}", seed ${seed}, has KL ${kl} and score ${score}`, "Leave it out.");
    const points = bySeed.get(seed) ?? new Map<number, number[]>();
    bySeed.set(seed, points.set(kl, [...(points.get(kl) ?? []), score]));
  }
  const curve = (points: Map<number, number[]>): Curve =>
    [...points].map(([kl, scores]) => ({ kl, score: mean(scores) })).sort((p, q) => p.kl - q.kl);
  return new Map([...bySeed].map(([seed, points]) => [seed, curve(points)]));
}

function meanDifference(methods: readonly string[], seed: unknown, a: Curve, b: Curve) {
  const [from, to] = [Math.max(a[0].kl, b[0].kl), Math.min(a.at(-1)!.kl, b.at(-1)!.kl)];
  if (from > to) {
    const [first, second] = [a, b].map(curve => `${curve[0].kl} to ${curve.at(-1)!.kl}`);
    fail(
      "atEqualKl",
      `seed ${seed}: "${methods[0]}" reaches KLs from ${first} and "${methods[1]}" from ${second}, which share none`,
      "Run both at more KL weights.",
    );
  }
  const difference = (kl: number) => scoreAt(a, kl) - scoreAt(b, kl);
  if (from === to) return { difference: difference(from), from, to };
  const inside = [...a, ...b].map(({ kl }) => kl).filter(kl => kl > from && kl < to);
  const levels = [from, ...inside.sort((x, y) => x - y), to];
  // Between neighboring levels the difference is linear, so that trapezoids are exact.
  const area = levels
    .slice(1)
    .reduce((sum, kl, i) => sum + ((kl - levels[i]) * (difference(kl) + difference(levels[i]))) / 2, 0);
  return { difference: area / (to - from), from, to };
}

/** A curve's score at a KL within its range. */
function scoreAt(curve: Curve, kl: number): number {
  const right = curve.findIndex(point => point.kl >= kl);
  const [p, q] = [curve[Math.max(0, right - 1)], curve[right]];
  return p === q ? q.score : p.score + ((kl - p.kl) / (q.kl - p.kl)) * (q.score - p.score);
}
