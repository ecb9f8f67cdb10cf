import * as aq from "arquero";

/** How often the longer of two responses is preferred. Ties do not count. */
export interface LengthBias {
  /** Share of the pairs of different length whose longer response wins; NaN without any. */
  longerWins: number;
  /** Pairs of different length. */
  unlike: number;
  /**
   * Correlation of length and being the better one of a pair (point-biserial), −1 to 1; NaN where all have the same
   * length.
   */
  pointBiserial: number;
  /**
   * By how much the longer one is longer, as a share of it: columns from, to, pairs, longerWins. A share that rises
   * here shows a preference for length itself.
   */
  byDifference: aq.ColumnTable;
}

const edges = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Length bias of pairs of rows. @param lengths of each row */
export function lengthBias(
  { better, worse, tied }: { better: Int32Array; worse: Int32Array; tied: Uint8Array },
  lengths: Float64Array,
): LengthBias {
  const pairs = new Int32Array(edges.length - 1);
  const wins = new Int32Array(edges.length - 1);
  let [count, difference, sum, squares] = [0, 0, 0, 0];
  for (let pair = 0; pair < better.length; pair++) {
    if (tied[pair]) continue;
    const [a, b] = [lengths[better[pair]], lengths[worse[pair]]];
    count++;
    difference += a - b;
    sum += a + b;
    squares += a * a + b * b;
    if (a === b) continue;
    const bin = Math.min(edges.length - 2, Math.floor((Math.abs(a - b) / Math.max(a, b)) * (edges.length - 1)));
    pairs[bin]++;
    if (a > b) wins[bin]++;
  }
  return lengthBiasOf({ count, difference, sum, squares, pairs, wins });
}

/** Sums over the untied pairs: of better − worse length, of both, of their squares; and counts by difference. */
export interface LengthSums {
  count: number;
  difference: number;
  sum: number;
  squares: number;
  pairs: Int32Array;
  wins: Int32Array;
}

export function lengthBiasOf({ count, difference, sum, squares, pairs, wins }: LengthSums): LengthBias {
  const total = (counts: Int32Array) => counts.reduce((all, n) => all + n, 0);
  // With as many better as worse responses, r = (mean of the better − mean of the worse) / (2 std).
  const std = Math.sqrt(squares / (2 * count) - (sum / (2 * count)) ** 2);
  return {
    longerWins: total(wins) / total(pairs),
    unlike: total(pairs),
    pointBiserial: std > 0 ? difference / count / (2 * std) : Number.NaN,
    byDifference: aq.table({
      from: edges.slice(0, -1),
      to: edges.slice(1),
      pairs,
      longerWins: Float64Array.from(wins, (won, bin) => won / pairs[bin]),
    }),
  };
}
