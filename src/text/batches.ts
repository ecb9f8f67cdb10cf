// Token sequences of different lengths as rectangular batches.

import { type Checks, checkOptions, flag, integer, orInfinity } from "../core/options";

/** A rectangular batch. */
export interface Padded {
  /** Token ids, [B][T]. */
  ids: number[][];
  /** 1 at tokens and 0 at padding, [B][T]. */
  mask: number[][];
}

/** Pads sequences to the length of the longest, after their tokens. */
export const padRight = (sequences: readonly (readonly number[])[], pad = 0): Padded =>
  padded(sequences, pad, (tokens, filler) => [...tokens, ...filler]);

/** Pads sequences to the length of the longest, before their tokens. */
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

/** Consecutive parts of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** Limits of batches. */
export interface Bucketing {
  /** Most sequences in a batch. Default: no limit. */
  rows?: number;
  /** Whether all sequences of a batch have the same length, so that they need no padding. Default false. */
  equal?: boolean;
}

const bucketingChecks: Checks<Bucketing> = { rows: orInfinity(integer(1)), equal: flag };

/**
 * Groups sequences of similar lengths into batches, short ones first. The padded size of a batch, its number of
 * sequences times the longest length, is at most `tokens`; a longer sequence gets a batch of its own. Sequences of
 * equal length keep their order.
 *
 * @returns the indices of the sequences of each batch
 */
export function bucketByTokens(lengths: readonly number[], tokens: number, options: Bucketing = {}): number[][] {
  checkOptions("bucketByTokens", options, bucketingChecks);
  const { rows = Infinity, equal = false } = options;
  const batches: number[][] = [];
  const order = lengths.map((_, index) => index).sort((a, b) => lengths[a] - lengths[b]);
  for (const index of order) {
    const length = lengths[index];
    const batch = batches.at(-1);
    const fits = batch && batch.length < rows && (batch.length + 1) * length <= tokens;
    if (fits && !(equal && lengths[batch[0]] !== length)) batch.push(index);
    else batches.push([index]);
  }
  return batches;
}
