// How varied texts are, whatever their references.

import { fail } from "../core/errors";
import { checkOptions, integer, required } from "../core/options";

/**
 * distinct-n (Li et al. 2016, arXiv:1510.03055): how many different runs of n words there are, over how many runs there
 * are, in all texts together; 0 to 1. It falls as texts get more and longer, so compare it at equal size. NaN where no
 * text has n words.
 *
 * Errors: n that is not a whole number of at least 1; a text that is not a list of words.
 */
export function distinct(texts: readonly (readonly string[])[], n: number): number {
  checkOptions("distinct", { n }, { n: required(integer(1)) });
  const whole = texts.findIndex(words => !Array.isArray(words));
  if (whole >= 0)
    fail("distinct", `text ${whole} is not a list of words`, "Split texts into words, by splitWords say.");
  const different = new Set<string>();
  let all = 0;
  for (const words of texts)
    for (let i = 0; i + n <= words.length; i++) {
      different.add(words.slice(i, i + n).join("\0"));
      all++;
    }
  return different.size / all;
}

/**
 * The share of runs of n items, tokens or words, that stood in the same text before (seq-rep-n, Welleck et al. 2020,
 * arXiv:1908.04319): 1 − different runs / runs, from 0 to 1. A text of fewer than n items repeats nothing: 0.
 *
 * Errors: n that is not a whole number of at least 1.
 */
export function repeatedShare(items: readonly (string | number)[], n: number): number {
  checkOptions("repeatedShare", { n }, { n: required(integer(1)) });
  const all = items.length - n + 1;
  if (all <= 0) return 0;
  const different = new Set(Array.from({ length: all }, (_, i) => items.slice(i, i + n).join("\0")));
  return (all - different.size) / all;
}
