// How far two scores agree about the order of the same items.

import { fail } from "../core/errors";
import { checkOptions, integer, listOf } from "../core/options";

/**
 * Spearman's rank correlation, −1 to 1: Pearson's correlation of the ranks, equal values sharing their mean rank.
 * NaN when one side is constant, because it then has no order, and where a number is NaN, as in SciPy.
 *
 * Errors: two lists of different length, or of fewer than two numbers.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  checkSameLength("spearman", a, b);
  if (hasNaN(a) || hasNaN(b)) return Number.NaN;
  return pearson(ranks(a), ranks(b));
}

/** Pearson's correlation of as many numbers each, −1 to 1; NaN when one side is constant. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

/**
 * Share of pairs that `scores` puts in the order of `truth`, 0 to 1. Pairs equal in truth are left out; a pair that
 * only `scores` ties counts half. With a list size, only pairs within a list of that many neighbours are compared; with
 * starts, only those within a list, which goes from one start to the next (the last one is the end). NaN when no pair
 * is left, and where a number is NaN.
 *
 * Errors: two lists of different length, or of fewer than two numbers; lists that the numbers do not fill.
 */
export function pairwiseAgreement(
  scores: ArrayLike<number>,
  truth: ArrayLike<number>,
  options: { listSize?: number; starts?: ArrayLike<number> } = {},
): number {
  checkOptions("pairwiseAgreement", options, { listSize: integer(1), starts: listOf(integer(0)) });
  const { listSize = truth.length, starts } = options;
  checkSameLength("pairwiseAgreement", scores, truth);
  if (truth.length % listSize !== 0) {
    fail("pairwiseAgreement", `${truth.length} rows do not fill lists of ${listSize}`, "Give whole lists.");
  }
  if (hasNaN(scores) || hasNaN(truth)) return Number.NaN;
  let pairs = 0;
  let agreed = 0;
  let list = 0;
  for (let i = 0; i < truth.length; i++) {
    while (starts && starts[list + 1] <= i) list++;
    const end = starts ? starts[list + 1] : (Math.floor(i / listSize) + 1) * listSize;
    for (let j = i + 1; j < end; j++) {
      if (truth[i] === truth[j]) continue;
      pairs++;
      agreed += (1 + order(scores[i], scores[j]) * order(truth[i], truth[j])) / 2;
    }
  }
  return agreed / pairs;
}

/** 1, 0 or −1; also of infinite numbers. */
const order = (a: number, b: number): number => Number(a > b) - Number(a < b);

function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/** Ranks from 1, equal values sharing their mean rank. */
function ranks(values: ArrayLike<number>): number[] {
  const sorted = Array.from(values, (_, i) => i).sort((i, j) => order(values[i], values[j]));
  const out: number[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && values[sorted[end]] === values[sorted[start]]) end++;
    for (let i = start; i < end; i++) out[sorted[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return out;
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.map(x => x - mean);
}

const dot = (x: number[], y: number[]) => x.reduce((sum, xi, i) => sum + xi * y[i], 0);

function checkSameLength(where: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length || a.length < 2) {
    fail(where, `there are ${a.length} and ${b.length} numbers`, "Give as many of each, at least two.");
  }
}
