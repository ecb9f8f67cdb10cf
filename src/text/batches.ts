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
