/** How a relative position finds its bias: `buckets` rows of a table, the last ones for all that is `maxDistance` tokens away or more. */
export interface RelativePositions {
  buckets: number;
  maxDistance: number;
  /** Whether half of the buckets are for keys ahead of the query; without them, keys ahead count as distance 0. */
  bothWays: boolean;
}

/**
 * The bucket of a key that stands `offset` places after its query: one bucket a distance for the nearer half, logarithmically wider ones up to
 * `maxDistance`. Source: Raffel et al. 2020, arXiv:1910.10683, section 2.1.
 */
export function relativeBucket(offset: number, { buckets, maxDistance, bothWays }: RelativePositions): number {
  const mine = bothWays ? Math.floor(buckets / 2) : buckets;
  const first = bothWays && offset > 0 ? mine : 0;
  const distance = bothWays ? Math.abs(offset) : Math.max(0, -offset);
  const exact = Math.floor(mine / 2);
  if (distance < exact) return first + distance;
  // In single precision, as the models were trained: a border may fall on a whole number.
  const { fround, log } = Math;
  const octaves = fround(fround(log(fround(distance / exact))) / fround(log(maxDistance / exact)));
  const wide = exact + Math.trunc(fround(octaves * (mine - exact)));
  return first + Math.min(wide, mine - 1);
}
