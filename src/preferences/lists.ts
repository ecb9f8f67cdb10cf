// Preference lists in numbers: which candidates a list holds, best first.

import { fail } from "../core/errors";
import { between, type Checks, checkOptions, integer, randomness, required } from "../core/options";
import type { Rng } from "../core/random";

/** Lists of any length over candidates that are numbered from 0. `numberLists` makes them from a table. */
export interface RankedLists {
  /** Candidate numbers, one list after the other, best first. */
  order: Int32Array;
  /** The candidates' ranks in their lists, beside `order`: 1 is the best, equal ones share a rank. */
  ranks: Int32Array;
  /** Beside `order`: by how much each candidate beats the next of its list, 0 over equal ones; NaN: not known. */
  margins?: Float64Array;
  /** Where each list begins in `order`, and at the end the length of `order`: [lists + 1]. */
  starts: Int32Array;
  /** Lists of one group, say those of one prompt, are held out together: [lists]. */
  groups: Int32Array;
}

export interface DrawOptions {
  /** How many lists to draw. */
  lists: number;
  /** Candidates in each. */
  listSize: number;
  rng: Rng;
}

const drawChecks: Checks<DrawOptions> = {
  lists: required(integer(0)),
  listSize: required(integer(2)),
  rng: required(randomness),
};

/**
 * Draws lists of distinct candidates, best first, and returns candidate numbers, [lists · listSize], one list after the
 * other. Equal candidates are ordered at random, separately in each list.
 *
 * From scores: `listSize` candidates out of all of them, ordered by score.
 *
 * From ranked lists: every list with equal chance and with replacement, and `listSize` of its candidates. Where a
 * list's candidates are not all tied, neither are those drawn. A list that is too short gives all it has, and −1 fills
 * the rest.
 *
 * Errors: an option out of its range; fewer scores than a list holds, or no list; a score that is not a number.
 */
export function drawLists(source: ArrayLike<number> | RankedLists, options: DrawOptions): Int32Array {
  checkOptions("drawLists", options, drawChecks);
  const drawn = drawRows(source, options);
  return "order" in source ? drawn.map(row => (row < 0 ? row : source.order[row])) : drawn;
}

/** As `drawLists`, but of ranked lists the indices into `order`. */
export function drawRows(source: ArrayLike<number> | RankedLists, options: DrawOptions): Int32Array {
  const { lists, listSize, rng } = options;
  const drawOne = "order" in source ? fromLists(source, options) : fromScores(source, options);
  const out = new Int32Array(lists * listSize).fill(-1);
  for (let n = 0; n < lists; n++) out.set(drawOne(rng), n * listSize);
  return out;
}

function fromScores(scores: ArrayLike<number>, { listSize }: DrawOptions) {
  if (scores.length < listSize)
    fail(
      "drawLists",
      `lists of ${listSize} cannot be drawn from ${scores.length} candidates`,
      "Score more, or draw shorter lists.",
    );
  const bad = Array.from(scores).findIndex(Number.isNaN);
  if (bad >= 0)
    fail("drawLists", `the score of candidate ${bad} is not a number`, "Drop it, or correct the score function.");
  return (rng: Rng) => {
    const members = new Set<number>();
    while (members.size < listSize) members.add(rng.integer(scores.length));
    // Drawing order is random, and sorting is stable: ties fall at random.
    return [...members].sort((a, b) => scores[b] - scores[a]);
  };
}

function fromLists({ ranks, starts }: RankedLists, { listSize }: DrawOptions) {
  if (starts.length < 2)
    fail("drawLists", "there is no list to draw from", "Give at least one, of two candidates or more.");
  return (rng: Rng) => {
    const list = rng.integer(starts.length - 1);
    const [start, end] = [starts[list], starts[list + 1]];
    const drawn = end - start <= listSize ? rng.shuffled(range(start, end)) : [...distinct(start, end, listSize, rng)];
    if (drawn.every(i => ranks[i] === ranks[drawn[0]])) tellApart(drawn, start, end);
    return drawn.sort((a, b) => ranks[a] - ranks[b]);

    /** Replaces the last by one of another rank, if the list has one. Equal ranks are side by side. */
    function tellApart(equal: number[], start: number, end: number): void {
      let [first, after] = [equal[0], equal[0]];
      while (first > start && ranks[first - 1] === ranks[equal[0]]) first--;
      while (after < end && ranks[after] === ranks[equal[0]]) after++;
      const others = first - start + (end - after);
      if (others === 0) return;
      const other = rng.integer(others);
      equal[equal.length - 1] = other < first - start ? start + other : after + other - (first - start);
    }
  };
}

function distinct(start: number, end: number, count: number, rng: Rng): Set<number> {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(start + rng.integer(end - start));
  return drawn;
}

const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);

/**
 * Parts the lists at random into [held out, the rest], whole groups on one side. About `share` of the lists are held
 * out, at least one group on each side.
 *
 * Errors: a share that is not from 0 to 1; a single group, which cannot be parted.
 */
export function splitLists(lists: RankedLists, share: number, rng: Rng): [RankedLists, RankedLists] {
  checkOptions("splitLists", { share, rng }, { share: required(between(0, 1)), rng: required(randomness) });
  return partLists(lists, heldOutGroups("splitLists", lists, share, rng));
}

/** The groups that `splitLists` holds out. */
export function heldOutGroups(where: string, lists: RankedLists, share: number, rng: Rng): Set<number> {
  const groups = rng.shuffled(new Set(lists.groups));
  if (groups.length < 2) fail(where, `the lists form ${groups.length} group`, "Give lists of several prompts.");
  const sizes = new Map<number, number>();
  for (const group of lists.groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const wanted = share * lists.groups.length;
  const held = new Set<number>();
  let count = 0;
  for (const group of groups.slice(1)) {
    if (held.size > 0 && count + sizes.get(group)! / 2 > wanted) break;
    held.add(group);
    count += sizes.get(group)!;
  }
  return held;
}

/** [the lists of these groups, the rest]. */
export const partLists = (lists: RankedLists, held: ReadonlySet<number>): [RankedLists, RankedLists] => [
  chosen(lists, group => held.has(group)),
  chosen(lists, group => !held.has(group)),
];

function chosen({ order, ranks, margins, starts, groups }: RankedLists, keep: (group: number) => boolean): RankedLists {
  const kept = range(0, groups.length).filter(list => keep(groups[list]));
  const ends = new Int32Array(kept.length + 1);
  for (const [i, list] of kept.entries()) ends[i + 1] = ends[i] + starts[list + 1] - starts[list];
  const rows = ends[kept.length];
  const out = {
    order: new Int32Array(rows),
    ranks: new Int32Array(rows),
    ...(margins && { margins: new Float64Array(rows) }),
  };
  for (const [i, list] of kept.entries()) {
    out.order.set(order.subarray(starts[list], starts[list + 1]), ends[i]);
    out.ranks.set(ranks.subarray(starts[list], starts[list + 1]), ends[i]);
    if (margins) out.margins!.set(margins.subarray(starts[list], starts[list + 1]), ends[i]);
  }
  return { ...out, starts: ends, groups: Int32Array.from(kept, list => groups[list]) };
}
