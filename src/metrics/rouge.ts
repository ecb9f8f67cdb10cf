// ROUGE (Lin 2004), number for number as rouge-score 0.1.2 computes it.

import { fail } from "../core/errors";
import { type Checks, checkOptions, flag } from "../core/options";
import { lcsLength, markLcs } from "./lcs";
import { porterStem } from "./porter-stem";

/** Form of ROUGE. */
export interface RougeOptions {
  /**
   * Whether words longer than three letters count by their stems (`porterStem`). Default true, as papers on
   * summarization report it.
   */
  stem?: boolean;
}

export const rougeChecks: Checks<RougeOptions> = { stem: flag };

/** Each from 0 to 1; `f` is the harmonic mean of the other two. */
export interface Overlap {
  precision: number;
  recall: number;
  f: number;
}

/** ROUGE of a summary, each as precision, recall and F1 from 0 to 1. */
export interface Rouge {
  /** Shared words, shared pairs of neighbours. */
  rouge1: Overlap;
  rouge2: Overlap;
  /** The longest common subsequence of the whole texts, and the union of those of their lines. */
  rougeL: Overlap;
  rougeLsum: Overlap;
}

/**
 * ROUGE-1, 2, L and Lsum of a summary. Words are runs of a–z and 0–9 in lower case; everything else separates them, so
 * a text in another script has none and scores 0, as empty texts do. Lsum takes every line for a sentence; put one
 * sentence a line (`sentences`) before. With several references, each number triple is that of the reference with the
 * best `f`.
 *
 * Errors: an empty list of references; a summary or reference that is not a text.
 */
export function rouge(prediction: string, reference: string | readonly string[], options: RougeOptions = {}): Rouge {
  checkOptions("rouge", options, rougeChecks);
  const references = typeof reference === "string" ? [reference] : reference;
  if (references.length === 0) fail("rouge", "there is no reference", "Give at least one.");
  const other = [prediction, ...references].findIndex(text => typeof text !== "string");
  if (other >= 0)
    fail(
      "rouge",
      `${other === 0 ? "the prediction" : `reference ${other - 1}`} is not a text`,
      "Give texts, not words.",
    );
  const all = references.map(text => scores(prediction, text, options));
  const best = (of: keyof Rouge) => all.reduce((best, other) => (other[of].f > best[of].f ? other : best))[of];
  return { rouge1: best("rouge1"), rouge2: best("rouge2"), rougeL: best("rougeL"), rougeLsum: best("rougeLsum") };
}

/** The words that ROUGE counts. */
export function rougeTokens(text: string, { stem = true }: RougeOptions = {}): string[] {
  const words: string[] = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stem ? words.map(word => (word.length > 3 ? porterStem(word) : word)) : words;
}

function scores(prediction: string, reference: string, options: RougeOptions): Rouge {
  const numbers = new Map<string, number>();
  const number = (word: string) => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    numbers.set(word, numbers.size);
    return numbers.size - 1;
  };
  const lines = (text: string) => text.split("\n").map(line => rougeTokens(line, options).map(number));
  // No word goes over the end of a line, so the lines' words are the text's
  const [found, wanted] = [lines(prediction), lines(reference)];
  const [p, r] = [found.flat(), wanted.flat()];
  const pairs = (words: number[]) => words.slice(1).map((word, i) => words[i] * numbers.size + word);
  return {
    rouge1: overlap(shared(p, r), p.length, r.length),
    rouge2: overlap(shared(pairs(p), pairs(r)), p.length - 1, r.length - 1),
    rougeL: overlap(lcsLength(r, p), p.length, r.length),
    rougeLsum: overlap(unionHits(found, wanted), p.length, r.length),
  };
}

function overlap(hits: number, found: number, wanted: number): Overlap {
  const precision = hits / Math.max(found, 1);
  const recall = hits / Math.max(wanted, 1);
  return { precision, recall, f: hits > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

/** How many of the first are also in the second, each as often as it is in both. */
function shared(a: readonly number[], b: readonly number[]): number {
  const left = counts(b);
  return a.reduce((hits, item) => hits + take(left, item), 0);
}

function counts(items: readonly number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1);
  return times;
}

/** Takes one away: 1, or 0 where none is left. */
function take(left: Map<number, number>, item: number): number {
  const times = left.get(item) ?? 0;
  if (times === 0) return 0;
  left.set(item, times - 1);
  return 1;
}

/**
 * Words of the reference's lines in the longest common subsequence with any line of the prediction; none counts more
 * often than either has it.
 */
function unionHits(found: number[][], wanted: number[][]): number {
  const left = counts(found.flat());
  let hits = 0;
  for (const line of wanted) {
    const marks = new Uint8Array(line.length);
    for (const other of found) markLcs(line, other, marks);
    for (const [i, word] of line.entries()) if (marks[i]) hits += take(left, word);
  }
  return hits;
}
