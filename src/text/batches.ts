// Token sequences of unequal length as one rectangular batch.

/** A rectangular batch. */
export interface Padded {
  /** [B][T]. */
  ids: number[][];
  /** [B][T], 1 on tokens and 0 on padding. */
  mask: number[][];
}

/** Pads to the longest sequence, after the tokens. */
export const padRight = (sequences: readonly (readonly number[])[], pad = 0): Padded =>
  padded(sequences, pad, (tokens, filler) => [...tokens, ...filler]);

/** Pads to the longest sequence, before the tokens. */
export const padLeft = (sequences: readonly (readonly number[])[], pad = 0): Padded =>
  padded(sequences, pad, (tokens, filler) => [...filler, ...tokens]);

function padded(
  sequences: readonly (readonly number[])[],
  pad: number,
  join: (tokens: readonly number[], filler: number[]) => number[],
): Padded {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const filled = (tokens: readonly number[], filler: number) =>
    join(tokens, Array<number>(longest - tokens.length).fill(filler));
  return {
    ids: sequences.map(sequence => filled(sequence, pad)),
    mask: sequences.map(({ length }) => filled(Array<number>(length).fill(1), 0)),
  };
}

/** Consecutive pieces of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

export interface Bucketing {
  /** The most sequences together. Default: any number. */
  rows?: number;
  /** Only equal lengths together, which need no padding. Default false. */
  equal?: boolean;
}

/**
 * Places of sequences in batches of like lengths, short ones first: rows × the longest length is at most `tokens`, but a sequence that is
 * longer stands alone. Within a length the order is kept.
 */
export function bucketByTokens(
  lengths: readonly number[],
  tokens: number,
  { rows = Infinity, equal = false }: Bucketing = {},
): number[][] {
  const batches: number[][] = [];
  const places = lengths.map((_, place) => place).sort((a, b) => lengths[a] - lengths[b]);
  for (const place of places) {
    const length = lengths[place];
    const batch = batches.at(-1);
    const fits = batch && batch.length < rows && (batch.length + 1) * length <= tokens;
    if (fits && !(equal && lengths[batch[0]] !== length)) batch.push(place);
    else batches.push([place]);
  }
  return batches;
}
