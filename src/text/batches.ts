// Token sequences of unequal length as one rectangular batch.

/** A rectangular batch. */
export interface Padded {
  /** [B][T]. */
  ids: number[][];
  /** [B][T], 1 on tokens and 0 on padding. */
  mask: number[][];
}

/** Pads to the longest sequence, after the tokens. */
export function padRight(sequences: readonly (readonly number[])[], pad = 0): Padded {
  const longest = Math.max(0, ...sequences.map(sequence => sequence.length));
  const filled = (sequence: readonly number[], filler: number) => [
    ...sequence,
    ...Array<number>(longest - sequence.length).fill(filler),
  ];
  return {
    ids: sequences.map(sequence => filled(sequence, pad)),
    mask: sequences.map(sequence =>
      filled(
        sequence.map(() => 1),
        0,
      ),
    ),
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
