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
  /** Judges scores of candidates that form lists of these sizes. */
  judge(scored: (candidates: readonly number[], sizes: readonly number[]) => Float32Array): Judgement;
}

/** The cause of an error that says that preferences have too little order to learn from. */
export const noOrder = "no order to learn";

/**
 * Parts the preferences at random. Of scored candidates a share is held out, at least 16, and judged together by Spearman's
 * correlation; of ranked lists whole groups, judged list by list by the share of pairs in order. Where wins are so rare that
 * one part would have no order, one of them is moved into it.
 *
 * Errors: a score that is not a number; too few candidates to hold some out and fill a list; those of `splitLists`; preferences
 * without an order, or with too few candidates or groups that have one to learn from some and hold out others.
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
  checkOrder(where, scores);
  const order = rng.shuffled(Array.from({ length: scores.length }, (_, i) => i));
  const [heldRows, rows] = [order.slice(0, held), order.slice(held)];
  if (allEqual(heldRows, scores)) swapInto(heldRows, rows, scores);
  else if (allEqual(rows, scores)) swapInto(rows, heldRows, scores);
  const truth = heldRows.map(i => scores[i]);
  return {
    learned: { preferences: rows.map(i => scores[i]), candidate: drawn => rows[drawn] },
    judge(scored) {
      const found = scored(heldRows, [held]);
      const value = spearman(found, truth);
      return { spearman: value, agreement: pairwiseAgreement(found, truth), value };
    },
  };
}

/** Errors: all scores are equal, or all but one, so that not both parts can have an order. */
function checkOrder(where: string, scores: ArrayLike<number>): void {
  const counts = new Map<number, number>();
  for (const score of Array.from(scores)) counts.set(score, (counts.get(score) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (counts.size === 1)
    fail(
      where,
      `all ${scores.length} scores are ${most[0]}`,
      "There is no order to learn: score other candidates, or score them otherwise.",
      noOrder,
    );
  if (most[1] === scores.length - 1)
    fail(
      where,
      `all scores but one are ${most[0]}`,
      "Two candidates must differ from the others, one to learn from and one to be held out: score more.",
      noOrder,
    );
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
  const [held, learned] = partLists(lists, orderedOnBothSides(where, lists, heldOutGroups(where, lists, heldOut, rng)));
  const { order, ranks, starts } = held;
  return {
    learned: { preferences: learned, candidate: drawn => drawn },
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

/** The held-out groups; one is exchanged where otherwise only one side would have lists with an order. */
function orderedOnBothSides(where: string, lists: RankedLists, held: ReadonlySet<number>): ReadonlySet<number> {
  const { ranks, starts, groups } = lists;
  const ordered = [...new Set(groups.filter((_, list) => ranks[starts[list + 1] - 1] !== ranks[starts[list]]))];
  if (ordered.length < 2)
    fail(
      where,
      `${ordered.length === 0 ? "no group" : "only one group"} of lists has candidates that are not tied`,
      "Two groups (prompts) with an order are needed, one to learn from and one to be held out.",
      noOrder,
    );
  const heldOrdered = ordered.filter(group => held.has(group)).length;
  if (heldOrdered > 0 && heldOrdered < ordered.length) return held;
  const all = [...new Set(groups)];
  const tied = all.find(group => held.has(group) === (heldOrdered === 0));
  return new Set(all.filter(group => held.has(group) !== (group === ordered[0] || group === tied)));
}
