// Relative positions of T5, in buckets. Source: Raffel et al. 2020, arXiv:1910.10683, Section 2.1.

/** The rows of a bias table, one for each bucket of distances. */
export interface RelativePositions {
  buckets: number;
  /** From this distance on, all share the last bucket. */
  maxDistance: number;
  /** Whether half of the buckets are for keys after the query. If not, those count as distance 0. */
  bothWays: boolean;
}

/**
 * The bucket of a key `offset` positions after its query. The first half of the buckets hold one distance each, the
 * others logarithmically growing ranges up to `maxDistance`.
 */
export function relativeBucket(offset: number, { buckets, maxDistance, bothWays }: RelativePositions): number {
  const count = bothWays ? Math.floor(buckets / 2) : buckets;
  const first = bothWays && offset > 0 ? count : 0;
  const distance = bothWays ? Math.abs(offset) : Math.max(0, -offset);
  const exact = Math.floor(count / 2);
  if (distance < exact) return first + distance;
  // In single precision, as the models were trained: a boundary may fall on a whole number.
  const { fround, log } = Math;
  const share = fround(fround(log(fround(distance / exact))) / fround(log(maxDistance / exact)));
  const bucket = exact + Math.trunc(fround(share * (count - exact)));
  return first + Math.min(bucket, count - 1);
}
