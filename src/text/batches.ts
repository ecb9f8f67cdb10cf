// Token sequences of unequal length as one rectangular batch.

/** Right-padded ids [B][T] and the true lengths [B]. Padding is `pad`, which causal attention never looks back at. */
export function padRight(sequences: readonly (readonly number[])[], pad = 0): { ids: number[][]; lengths: number[] } {
  const longest = Math.max(0, ...sequences.map(sequence => sequence.length));
  return {
    ids: sequences.map(sequence => [...sequence, ...Array(longest - sequence.length).fill(pad)]),
    lengths: sequences.map(sequence => sequence.length),
  };
}

/** Consecutive pieces of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Places of sequences of equal length, at most `limit(length)` together, short ones first; order is kept within a length. */
export function batchesByLength(
  sequences: readonly (readonly unknown[])[],
  limit: (length: number) => number,
): number[][] {
  const byLength = new Map<number, number[]>();
  for (const [place, { length }] of sequences.entries()) {
    const places = byLength.get(length);
    if (places) places.push(place);
    else byLength.set(length, [place]);
  }
  return [...byLength].sort(([a], [b]) => a - b).flatMap(([length, places]) => chunks(places, limit(length)));
}
