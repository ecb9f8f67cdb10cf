// The lists of a step of guidance learning, with the margins between their candidates.

import { fail } from "../core/errors";
import { type DrawOptions, drawRows, type RankedLists } from "../preferences/lists";

/** Lists that were drawn, [lists · listSize] each. */
export interface DrawnLists {
  /** Candidates, best first, −1 where a list has no more. */
  drawn: Int32Array;
  /** By how much each is to be behind the best of its list, up to a number for the whole list; where margins count. */
  behind?: Float32Array;
}

/**
 * How lists are drawn; `candidate` says which candidate a drawn number stands for. With `marginWeight` w the margin of
 * two candidates is w times that of the lists, or the difference of their scores.
 *
 * Errors: a margin that is not known, where it counts.
 */
export function listDrawing(
  where: string,
  { preferences, candidate }: { preferences: ArrayLike<number> | RankedLists; candidate(drawn: number): number },
  marginWeight: number,
): (options: DrawOptions) => DrawnLists {
  const places = marginWeight > 0 ? placesOf(where, preferences) : undefined;
  const numberOf = (row: number) => ("order" in preferences && row >= 0 ? preferences.order[row] : row);
  return options => {
    const rows = drawRows(preferences, options);
    return {
      drawn: rows.map(row => candidate(numberOf(row))),
      ...(places && { behind: Float32Array.from(rows, row => (row < 0 ? 0 : marginWeight * places[row])) }),
    };
  };
}

/** How far behind the best of its list each row is; of scores, behind a score of 0. */
function placesOf(where: string, preferences: ArrayLike<number> | RankedLists): Float64Array {
  if (!("order" in preferences)) {
    const infinite = Array.from(preferences).find(score => !Number.isFinite(score));
    if (infinite === undefined) return Float64Array.from(preferences, score => -score);
    return fail(where, `a score is ${infinite}, so that margins are not known`, "Bound the scores, or marginWeight 0.");
  }
  const { margins, starts, order } = preferences;
  const places = new Float64Array(order.length);
  for (let list = 0; list < starts.length - 1; list++)
    for (let row = starts[list] + 1; row < starts[list + 1]; row++) {
      places[row] = places[row - 1] + (margins?.[row - 1] ?? Number.NaN);
      if (Number.isNaN(places[row]))
        fail(where, `list ${list} has a margin that is not known`, "Give a column margin or score, or marginWeight 0.");
    }
  return places;
}
