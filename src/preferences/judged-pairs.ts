// All comparisons that lists imply, and the outcome of each pair of candidates.

import { candidatesOf, type NumberedCandidates } from "./candidates";
import type { ListsTable } from "./lists-table";
import { type Numbering, numbered } from "./numbering";

export interface JudgedPairs extends NumberedCandidates {
  annotators: Numbering | undefined;
  /** The rows of each pair, the better one first where `tied` is 0: [pairs]. */
  better: Int32Array;
  worse: Int32Array;
  tied: Uint8Array;
  /** Pairs of different candidates, those of the same candidates side by side. */
  order: Uint32Array;
  /** Offset in `order` of each pair of candidates, and at the end its length: [pairs of candidates + 1]. */
  starts: Uint32Array;
  /** Lists longer than `largest`. */
  thinned: number;
}

/** +1 where the candidate of the lower number is better, −1 where the other is, 0 where they are tied. */
export function outcome({ candidates, better, worse, tied }: JudgedPairs, pair: number): number {
  return tied[pair] ? 0 : Math.sign(candidates.numbers[worse[pair]] - candidates.numbers[better[pair]]);
}

/**
 * A list of K candidates implies K (K − 1) / 2 pairs. Of a list with more than `largest` candidates, that many are
 * taken at even distances, so that the work stays linear.
 */
export function judgedPairs(where: string, lists: ListsTable, largest: number): JudgedPairs {
  const { columns, prompts, candidates } = candidatesOf(where, lists);
  const annotators = columns.annotator && numbered(columns.annotator);
  const { starts: listStarts, rank } = columns;
  const size = (list: number) => Math.min(largest, listStarts[list + 1] - listStarts[list]);
  let count = 0;
  let thinned = 0;
  for (let list = 0; list + 1 < listStarts.length; list++) {
    count += (size(list) * (size(list) - 1)) / 2;
    if (listStarts[list + 1] - listStarts[list] > largest) thinned++;
  }
  const better = new Int32Array(count);
  const worse = new Int32Array(count);
  const tied = new Uint8Array(count);
  let pair = 0;
  for (let list = 0; list + 1 < listStarts.length; list++) {
    const [start, K] = [listStarts[list], size(list)];
    const stride = (listStarts[list + 1] - start) / K;
    for (let i = 0; i < K; i++)
      for (let j = i + 1; j < K; j++, pair++) {
        better[pair] = start + Math.floor(i * stride);
        worse[pair] = start + Math.floor(j * stride);
        tied[pair] = rank[better[pair]] === rank[worse[pair]] ? 1 : 0;
      }
  }
  return {
    columns,
    prompts,
    candidates,
    annotators,
    better,
    worse,
    tied,
    thinned,
    ...byCandidates(candidates, better, worse),
  };
}

/** Sorts the pairs by their candidates. */
function byCandidates({ numbers, first }: Numbering, better: Int32Array, worse: Int32Array) {
  const keys = new Float64Array(better.length);
  for (let pair = 0; pair < keys.length; pair++) {
    const [a, b] = [numbers[better[pair]], numbers[worse[pair]]];
    keys[pair] = a === b ? -1 : Math.min(a, b) * first.length + Math.max(a, b);
  }
  const order = Uint32Array.from(keys.keys())
    .filter(pair => keys[pair] >= 0)
    .sort((a, b) => keys[a] - keys[b] || a - b);
  const starts = new Uint32Array(order.length + 1);
  let count = 0;
  for (let i = 0; i < order.length; i++) if (i === 0 || keys[order[i]] !== keys[order[i - 1]]) starts[count++] = i;
  starts[count++] = order.length;
  return { order, starts: starts.slice(0, order.length === 0 ? 1 : count) };
}
