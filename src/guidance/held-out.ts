// What of the preferences is learned from, and how the rest judges a step.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { pairwiseAgreement, spearman } from "../metrics/agreement";
import { type RankedLists, splitLists } from "../preferences/lists";

/** How well candidates that were not learned from are put in order. */
export interface Judgement {
  spearman: number;
  agreement: number;
  /** The one of these that decides, higher is better. */
  value: number;
}

export interface HeldOut {
  /** What `drawLists` draws from, and the candidates that its numbers mean; −1 stays. */
  learned: { preferences: ArrayLike<number> | RankedLists; candidate(drawn: number): number };
  /** Judges scores of candidates that form lists of these sizes. */
  judge(scored: (candidates: readonly number[], sizes: readonly number[]) => Float32Array): Judgement;
}

/**
 * Parts the preferences at random. Of scored candidates a share is held out, at least 16, and judged together by Spearman's
 * correlation; of ranked lists whole groups, and judged list by list by the share of pairs in order.
 *
 * Errors: a score that is not a number; too few candidates to hold some out and fill a list; those of `splitLists`.
 */
export function heldOutLists(
  preferences: ArrayLike<number> | RankedLists,
  { listSize, heldOut, rng }: { listSize: number; heldOut: number; rng: Rng },
): HeldOut {
  if ("order" in preferences) return ofLists(preferences, heldOut, rng);
  const scores = preferences;
  const bad = Array.from(scores).findIndex(Number.isNaN);
  if (bad >= 0)
    fail("learnGuidance", `the score of candidate ${bad} is not a number`, "Drop it, or mend the score function.");
  const held = Math.max(Math.floor(scores.length * heldOut), 16);
  if (scores.length - held < listSize)
    fail(
      "learnGuidance",
      `${scores.length} candidates leave ${scores.length - held} after ${held} are held out`,
      `Lists hold ${listSize}: score more.`,
    );
  const order = rng.shuffled(Array.from({ length: scores.length }, (_, i) => i));
  const [heldRows, rows] = [order.slice(0, held), order.slice(held)];
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

/** Candidates scored at once, so that many lists need the memory of few. */
const atOnce = 2048;

function ofLists(lists: RankedLists, heldOut: number, rng: Rng): HeldOut {
  const [held, learned] = splitLists(lists, heldOut, rng);
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
