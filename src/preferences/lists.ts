// Preference lists: K candidates of one list, best first.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";

/**
 * Draws `lists` lists of `listSize` distinct candidates and orders each by score, best first. Equal scores are ordered at
 * random, anew in each list. Returns candidate indices, [lists · listSize], one list after the other.
 *
 * Errors: fewer candidates than a list holds; a score that is not a number.
 */
export function drawLists(
  scores: ArrayLike<number>,
  { lists, listSize, rng }: { lists: number; listSize: number; rng: Rng },
): Int32Array {
  if (listSize < 2 || scores.length < listSize)
    fail(
      "drawLists",
      `lists of ${listSize} cannot be drawn from ${scores.length} candidates`,
      "A list needs at least two.",
    );
  const bad = Array.from(scores).findIndex(Number.isNaN);
  if (bad >= 0)
    fail("drawLists", `the score of candidate ${bad} is not a number`, "Drop it, or mend the score function.");
  const out = new Int32Array(lists * listSize);
  for (let n = 0; n < lists; n++) {
    const members = new Set<number>();
    while (members.size < listSize) members.add(rng.integer(scores.length));
    // Drawing order is random, and sorting is stable: ties fall at random.
    const ranked = [...members].sort((a, b) => scores[b] - scores[a]);
    out.set(ranked, n * listSize);
  }
  return out;
}
