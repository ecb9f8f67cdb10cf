// METEOR (Banerjee & Lavie 2005; Lavie & Agarwal 2007), number for number as nltk computes it.

import { fail } from "../core/errors";
import { atLeast, between, type Checks, callback, checkOptions } from "../core/options";
import { porterStem } from "./porter-stem";
import { splitWords } from "./words";

/** The words that mean the same as a word in lower case; `loadWordNet` makes one. */
export type Synonyms = (word: string) => ReadonlySet<string>;

/** Parameters of METEOR and its synonyms. */
export interface MeteorOptions {
  /**
   * Words that count as the same, beside equal words and equal stems. Default none; METEOR as published uses WordNet's.
   */
  synonyms?: Synonyms;
  /** Weight of precision against recall in their mean P·R / (α·P + (1 − α)·R), 0 to 1. Default 0.9. */
  alpha?: number;
  /** The penalty γ·(chunks / matches)^β, γ from 0 to 1. Default β = 3, γ = 0.5. */
  beta?: number;
  gamma?: number;
}

export const meteorChecks: Checks<MeteorOptions> = {
  synonyms: callback,
  alpha: between(0, 1),
  beta: atLeast(0),
  gamma: between(0, 1),
};

/**
 * METEOR of a summary, 0 to 1: words are matched when they are equal, then by stem, then by synonym, ignoring case; the
 * weighted mean of precision and recall is lowered by up to γ where the matches are in another order. As in nltk, the
 * last stage compares the stems of words, so a synonym is found only where stem and word are spelled alike. Texts are
 * split into words by `words`; give lists of words to split them otherwise. With several references, the best one
 * counts. 0 for an empty text.
 *
 * Errors: an empty list of references; beside a prediction in words, a list of references with a text in it, which may
 * also be a single reference's words; an option out of its range.
 */
export function meteor(
  prediction: string | readonly string[],
  references: string | readonly string[] | readonly (readonly string[])[],
  options: MeteorOptions = {},
): number {
  checkOptions("meteor", options, meteorChecks);
  const all = typeof references === "string" ? [references] : references;
  if (all.length === 0) fail("meteor", "there is no reference", "Give at least one.");
  const flat = typeof prediction === "string" ? -1 : all.findIndex(reference => typeof reference === "string");
  if (flat >= 0 && typeof references !== "string")
    fail(
      "meteor",
      `reference ${flat} is ${JSON.stringify(all[flat])}, a text or one of a reference's words, beside a list of words`,
      "Give each reference as a list of words: [words] for one.",
    );
  const found = lower(prediction);
  return Math.max(...all.map(reference => single(found, lower(reference), options)));
}

const lower = (text: string | readonly string[]): string[] =>
  (typeof text === "string" ? splitWords(text) : text).map(word => word.toLowerCase());

function single(found: string[], wanted: string[], options: MeteorOptions): number {
  const { synonyms, alpha = 0.9, beta = 3, gamma = 0.5 } = options;
  const partner: (number | undefined)[] = found.map(() => undefined);
  const taken = wanted.map(() => false);
  match(found, wanted, partner, taken, word => [word]);
  const [foundStems, wantedStems] = [found.map(porterStem), wanted.map(porterStem)];
  match(foundStems, wantedStems, partner, taken, stem => [stem]);
  if (synonyms) match(foundStems, wantedStems, partner, taken, synonyms);
  const matches = partner.filter(index => index !== undefined).length;
  if (matches === 0) return 0;
  const precision = matches / found.length;
  const recall = matches / wanted.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  // A chunk continues where the partner of the next word is the next word, too
  const chunks = partner.filter((j, i) => j !== undefined && (i === 0 || partner[i - 1] !== j - 1)).length;
  return (1 - gamma * (chunks / matches) ** beta) * mean;
}

/**
 * From the last word to the first, pairs each one that has no partner with the last free word of the reference that is
 * among its `likes`.
 */
function match(
  found: string[],
  wanted: string[],
  partner: (number | undefined)[],
  taken: boolean[],
  likes: (word: string) => Iterable<string>,
): void {
  const free = new Map<string, number[]>();
  for (const [j, word] of wanted.entries()) {
    if (taken[j]) continue;
    const indices = free.get(word);
    if (indices) indices.push(j);
    else free.set(word, [j]);
  }
  for (let i = found.length - 1; i >= 0; i--) {
    if (partner[i] !== undefined) continue;
    let best: number[] | undefined;
    for (const word of likes(found[i])) {
      const indices = free.get(word);
      if (indices?.length && (!best || indices.at(-1)! > best.at(-1)!)) best = indices;
    }
    if (!best) continue;
    partner[i] = best.pop()!;
    taken[partner[i]!] = true;
  }
}
