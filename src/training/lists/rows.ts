// The lists of a table as rows of a batch: their responses, whole or cut into pairs.

import { createHash } from "node:crypto";
import type { ColumnTable } from "arquero";
import { fail } from "../../core/errors";
import type { Rng } from "../../core/random";
import type { Example } from "../../policies/response-policy";
import { type ListsTable, listColumns } from "../../preferences/lists-table";
import { numberLists } from "../../preferences/number-lists";

/** How lists are cut into pairs of responses of different ranks. */
export type PairForm = "best" | "neighbors" | "all";

/** A list that is not tied throughout. */
export interface TrainingList {
  /** Its place in the table. */
  number: number;
  /** The candidates by their numbers, best first, and their ranks. */
  candidates: readonly number[];
  ranks: readonly number[];
  /** By how much the response at one place is better than that at a later one; NaN where it is not known. */
  margin(better: number, worse: number): number;
}

export interface TrainingLists {
  lists: TrainingList[];
  /** The distinct candidates: columns prompt and response. */
  candidates: ColumnTable;
  /** Lists that were left out: all of their responses are tied. */
  tied: number;
}

/** The lists of a table. Errors: all of them are tied; rows that are not in the order of `ListsTable`. */
export function trainingLists(where: string, table: ListsTable): TrainingLists {
  const { lists: numbered, candidates } = numberLists(table);
  const { order, ranks, starts } = numbered;
  const { margin, score } = listColumns(where, table);
  const all = Array.from({ length: starts.length - 1 }, (_, list): TrainingList => {
    const [start, end] = [starts[list], starts[list + 1]];
    const own = [...ranks.subarray(start, end)];
    return {
      number: list,
      candidates: [...order.subarray(start, end)],
      ranks: own,
      margin(better, worse) {
        let given = 0;
        for (let i = better; i < worse; i++) if (own[i] !== own[i + 1]) given += margin?.[start + i] ?? Number.NaN;
        return Number.isNaN(given) && score ? score[start + better] - score[start + worse] : given;
      },
    };
  });
  const lists = all.filter(({ ranks }) => ranks.at(-1) !== 1);
  if (lists.length === 0)
    fail(where, `all ${all.length} lists are tied`, "Give lists in which one response is better than another.");
  return { lists, candidates, tied: all.length - lists.length };
}

/**
 * The pairs of a list, as places in it, better first: each of the best responses with each that is worse, each response
 * with each of the next rank, or every two of different ranks.
 */
export function pairsOf(ranks: readonly number[], form: PairForm): [better: number, worse: number][] {
  const next = (rank: number) => ranks.find(other => other > rank);
  return ranks.flatMap((rank, better) =>
    ranks.flatMap((other, worse): [number, number][] => {
      if (other <= rank || (form === "best" && rank !== 1) || (form === "neighbors" && other !== next(rank))) return [];
      return [[better, worse]];
    }),
  );
}

/** The places of a list, best first, equal ones in random order. */
export function tieOrder(ranks: readonly number[], rng: Rng): number[] {
  if (new Set(ranks).size === ranks.length) return [...ranks.keys()];
  return rng.shuffled(ranks.keys()).sort((a, b) => ranks[a] - ranks[b]);
}

/** The rows of some lists: which responses a pass runs, and where they stand in the lists of a batch. */
export interface ListRows {
  /** Candidates that the pass runs, one list after the other. */
  candidates: number[];
  /** For each row of the batch its place among these, −1 where a list is shorter than others. */
  places: number[];
  listSize: number;
  /** Of each row of the batch: its margin over the next of its list, 0 at the last one. */
  margins: number[];
  /** 1 for each row of rank 1 in its list. */
  best: number[];
  /** The places, among the candidates, of those of rank 1. */
  bestPlaces: number[];
  /** Every two rows of different ranks in one list, better first; a response counts once, wherever it stands. */
  pairs: [better: number, worse: number][];
}

/** Lays out lists; `tuplesOf` gives the places of each that form the lists of the batch. */
export function listRows(
  lists: readonly TrainingList[],
  tuplesOf: (list: TrainingList, index: number) => readonly (readonly number[])[],
): ListRows {
  const tuples = lists.map(tuplesOf);
  const listSize = Math.max(...tuples.flat().map(({ length }) => length));
  const rows: ListRows = { candidates: [], places: [], listSize, margins: [], best: [], bestPlaces: [], pairs: [] };
  for (const [n, list] of lists.entries()) {
    const start = rows.candidates.length;
    rows.candidates.push(...list.candidates);
    const rowOf = new Map<number, number>();
    for (const tuple of tuples[n])
      for (let i = 0; i < listSize; i++) {
        const [place, next] = [tuple[i], tuple[i + 1]];
        if (place !== undefined && !rowOf.has(place)) rowOf.set(place, rows.places.length);
        rows.places.push(place === undefined ? -1 : start + place);
        rows.margins.push(next === undefined ? 0 : list.margin(Math.min(place, next), Math.max(place, next)));
        rows.best.push(Number(place !== undefined && list.ranks[place] === 1));
      }
    rows.bestPlaces.push(...list.ranks.flatMap((rank, place) => (rank === 1 ? [start + place] : [])));
    for (const [better, worse] of pairsOf(list.ranks, "all")) rows.pairs.push([rowOf.get(better)!, rowOf.get(worse)!]);
  }
  return rows;
}

/** For each candidate the prompt of another, where the next prompt is. Errors: all have the same one. */
export function otherPrompts(where: string, prompts: readonly (readonly number[])[]): (readonly number[])[] {
  const distinct = new Map(prompts.map(prompt => [prompt.join(), prompt]));
  if (distinct.size < 2)
    fail(where, "all responses have the same prompt", "An objective with a referencePoint needs several prompts.");
  const keys = [...distinct.keys()];
  const next = new Map(keys.map((key, i) => [key, distinct.get(keys[(i + 1) % keys.length])!]));
  return prompts.map(prompt => next.get(prompt.join())!);
}

/** Errors: a margin between two responses of a batch that is not known. */
export function checkMargins(
  where: string,
  lists: readonly TrainingList[],
  tuplesOf: (index: number) => readonly (readonly number[])[],
): void {
  for (const [index, list] of lists.entries())
    if (listRows([list], () => tuplesOf(index)).margins.some(Number.isNaN))
      fail(where, `list ${list.number} has a margin that is not known`, "Give a column margin or score.");
}

/** Tells lists apart from others. */
export function digestOf(lists: readonly TrainingList[], examples: readonly Example[], withMargins: boolean): string {
  const hash = createHash("sha256");
  for (const { prompt, response } of examples) hash.update(`${prompt.join()}:${response.join()};`);
  for (const { candidates, ranks, margin } of lists) {
    const margins = withMargins ? ranks.slice(1).map((_, i) => margin(i, i + 1)) : [];
    hash.update(`${candidates.join()}:${ranks.join()}:${margins.join()};`);
  }
  return hash.digest("hex");
}
