// Differences of variants, with intervals over documents and seeds.

import type { Interval } from "../../src/core/mean-interval";
import type { Rng } from "../../src/core/random";
import { quantile } from "../../src/metrics/bootstrap";

/** Draws of a bootstrap. */
const draws = 10_000;

/**
 * The mean of differences [seed, item], with its 95 % bootstrap interval: each draw takes seeds and, independently,
 * documents with all their items, as many as there are, with replacement. With one seed it is an interval over
 * documents.
 *
 * @param documents the document of each item
 */
export function overSeedsAndDocuments(
  differences_SN: readonly (readonly number[])[],
  documents: readonly string[],
  rng: Rng,
): Interval {
  const names = [...new Set(documents)];
  const indices = documents.map(name => names.indexOf(name));
  const [S, D] = [differences_SN.length, names.length];
  const counts_D = new Float64Array(D);
  for (const d of indices) counts_D[d]++;
  const sums_SD = differences_SN.map(own => {
    const sums_D = new Float64Array(D);
    for (const [n, d] of indices.entries()) sums_D[d] += own[n];
    return sums_D;
  });
  const meanOf = (seeds: ArrayLike<number>, drawn: ArrayLike<number>): number => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < D; i++) {
      count += S * counts_D[drawn[i]];
      for (let s = 0; s < S; s++) sum += sums_SD[seeds[s]][drawn[i]];
    }
    return sum / count;
  };
  const drawn = (count: number) => Uint32Array.from({ length: count }, () => rng.integer(count));
  const means = Float64Array.from({ length: draws }, () => meanOf(drawn(S), drawn(D))).sort();
  const [seeds, all] = [S, D].map(count => [...Array(count).keys()]);
  return { mean: meanOf(seeds, all), low: quantile(means, 0.025), high: quantile(means, 0.975) };
}
