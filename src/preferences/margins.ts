import * as aq from "arquero";
import type { ListColumns } from "./lists-table";

/**
 * The margins of candidates over the next in their lists, in `bins` bins of equal width: as given, else the difference
 * of scores, where both are known.
 */
export function marginHistogram({ starts, margin, score }: ListColumns, bins: number) {
  const known: number[] = [];
  let missing = 0;
  let [low, high, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let list = 0; list + 1 < starts.length; list++)
    for (let row = starts[list]; row + 1 < starts[list + 1]; row++) {
      const given = margin ? margin[row] : Number.NaN;
      const value = Number.isNaN(given) && score ? score[row] - score[row + 1] : given;
      if (!Number.isFinite(value)) {
        missing++;
        continue;
      }
      known.push(value);
      sum += value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  const count = new Int32Array(known.length === 0 ? 0 : low === high ? 1 : bins);
  const width = (high - low) / count.length;
  for (const value of known) count[width > 0 ? Math.min(count.length - 1, Math.floor((value - low) / width)) : 0]++;
  return {
    known: known.length,
    missing,
    mean: sum / known.length,
    histogram: aq.table({
      from: Float64Array.from(count, (_, bin) => low + bin * width),
      to: Float64Array.from(count, (_, bin) => low + (bin + 1) * width),
      count,
    }),
  };
}
