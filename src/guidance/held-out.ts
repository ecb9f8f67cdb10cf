// The held-out part of the preferences, which is not learned from but judges each step.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { pairwiseAgreement, spearman } from "../metrics/agreement";
import { heldOutGroups, partLists, type RankedLists } from "../preferences/lists";

/** How well held-out candidates are put in order. */
export interface Judgement {
  spearman: number;
  agreement: number;
  /** The one of these that decides, higher is better; NaN where all candidates have the same aggregate. */
  value: number;
}

export interface HeldOut {
  /** The preferences that `drawLists` draws from, and the candidate that each drawn number stands for; −1 stays. */
  learned: { preferences: ArrayLike<number> | RankedLists; candidate(drawn: number): number };
  /** Whether the held-out part has an order at all: without one nothing can be judged, and all values are NaN. */
  judgeable: boolean;
  /** Judges scores of candidates that form lists of these sizes. */
  judge(scored: (candidates: readonly number[], sizes: readonly number[]) => Float32Array): Judgement;
}

/** The cause of an error that says that preferences have no order. */
export const noOrder = "no order to learn";

/**
 * Parts the preferences at random. Of scored candidates a share is held out, at least 16, and judged together by
 * Spearman's correlation; of ranked lists whole groups, judged list by list by the share of pairs in order. Where wins
 * are so rare that one part would have no order, one of them is moved into it; a single one is learned from.
 *
 * Errors: a score that is not a number; too few candidates to hold some out and fill a list; those of `splitLists`;
 * preferences without an order.
 */
export function heldOutLists(
  where: string,
  preferences: ArrayLike<number> | RankedLists,
  options: { listSize: number; heldOut: number; rng: Rng },
): HeldOut {
  return "order" in preferences ? ofLists(where, preferences, options) : ofScores(where, preferences, options);
}

function ofScores(
  where: string,
  scores: ArrayLike<number>,
  { listSize, heldOut, rng }: { listSize: number; heldOut: number; rng: Rng },
): HeldOut {
  const bad = Array.from(scores).findIndex(Number.isNaN);
  if (bad >= 0) fail(where, `the score of candidate ${bad} is not a number`, "Drop it, or correct the score function.");
  const held = Math.max(Math.floor(scores.length * heldOut), 16);
  if (scores.length - held < listSize)
    fail(
      where,
      `${scores.length} candidates leave ${scores.length - held} after ${held} are held out`,
      `Lists hold ${listSize}: score more.`,
    );
  const odd = besideCommonest(scores);
  if (odd === 0)
    fail(
      where,
      `all ${scores.length} scores are ${scores[0]}`,
      "There is no order to learn: score other candidates, or score them otherwise.",
      noOrder,
    );
  const order = rng.shuffled(Array.from({ length: scores.length }, (_, i) => i));
  const [heldRows, rows] = [order.slice(0, held), order.slice(held)];
  if (allEqual(rows, scores)) swapInto(rows, heldRows, scores);
  else if (allEqual(heldRows, scores) && odd > 1) swapInto(heldRows, rows, scores);
  const truth = heldRows.map(i => scores[i]);
  return {
    learned: { preferences: rows.map(i => scores[i]), candidate: drawn => rows[drawn] },
    judgeable: !allEqual(heldRows, scores),
    judge(scored) {
      const found = scored(heldRows, [held]);
      const value = spearman(found, truth);
      return { spearman: value, agreement: pairwiseAgreement(found, truth), value };
    },
  };
}

/** How many scores differ from the commonest one. */
function besideCommonest(scores: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (const score of Array.from(scores)) counts.set(score, (counts.get(score) ?? 0) + 1);
  return scores.length - [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
}

const allEqual = (rows: readonly number[], scores: ArrayLike<number>) =>
  rows.every(row => scores[row] === scores[rows[0]]);

/** Exchanges the last of these rows, whose scores are all equal, for one of another score. */
function swapInto(equal: number[], others: number[], scores: ArrayLike<number>): void {
  const other = others.findIndex(row => scores[row] !== scores[equal[0]]);
  const last = equal.length - 1;
  [equal[last], others[other]] = [others[other], equal[last]];
}

/** Candidates scored at once, so that many lists need the memory of few. */
const atOnce = 2048;

function ofLists(where: string, lists: RankedLists, { heldOut, rng }: { heldOut: number; rng: Rng }): HeldOut {
  const groups = withOrder(where, lists, heldOutGroups(where, lists, heldOut, rng));
  const [held, learned] = partLists(lists, groups);
  const { order, ranks, starts } = held;
  return {
    learned: { preferences: learned, candidate: drawn => drawn },
    judgeable: orderedGroups(held).length > 0,
    judge(scored) {
      const found = new Float32Array(order.length);
      for (let first = 0; first < starts.length - 1; ) {
        let end = first + 1;
        while (end < starts.length - 1 && starts[end + 1] - starts[first] <= atOnce) end++;
        const sizes = Array.from({ length: end - first }, (_, i) => starts[first + i + 1] - starts[first + i]);
        found.set(scored([...order.subarray(starts[first], starts[end])], sizes), starts[first]);
        first = end;
      }
      const value = pairwiseAgreement(
        found,
        Array.from(ranks, rank => -rank),
        { starts },
      );
      return { spearman: Number.NaN, agreement: value, value };
    },
  };
}

/** Groups with a list whose candidates are not all tied. */
const orderedGroups = ({ ranks, starts, groups }: RankedLists): number[] => [
  ...new Set(groups.filter((_, list) => ranks[starts[list + 1] - 1] !== ranks[starts[list]])),
];

/**
 * The held-out groups; one is exchanged where otherwise all groups with an order would be on one side, or a single one
 * held out.
 */
function withOrder(where: string, lists: RankedLists, held: ReadonlySet<number>): ReadonlySet<number> {
  const ordered = orderedGroups(lists);
  if (ordered.length === 0)
    fail(where, "in every list all candidates are tied", "There is no order to learn: give other lists.", noOrder);
  const heldOrdered = ordered.filter(group => held.has(group)).length;
  const isRight = ordered.length === 1 ? heldOrdered === 0 : heldOrdered > 0 && heldOrdered < ordered.length;
  if (isRight) return held;
  const all = [...new Set(lists.groups)];
  const other = all.find(group => held.has(group) === (heldOrdered === 0));
  return new Set(all.filter(group => held.has(group) !== (group === ordered[0] || group === other)));
}
