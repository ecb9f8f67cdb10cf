// How varied and how long texts are, the reference aside.

import { fail } from "../core/errors";

/**
 * distinct-n (Li et al. 2016, arXiv:1510.03055): how many different runs of n words there are, over how many runs there are, in all texts
 * together; 0 to 1. It falls as texts get more and longer, so compare it at equal size. NaN where no text has n words.
 *
 * Errors: n that is no whole number from 1.
 */
export function distinct(texts: readonly (readonly string[])[], n: number): number {
  if (!(Number.isInteger(n) && n >= 1)) fail("distinct", `n is ${n}`, "Give a whole number from 1.");
  const different = new Set<string>();
  let all = 0;
  for (const words of texts)
    for (let i = 0; i + n <= words.length; i++) {
      different.add(words.slice(i, i + n).join("\0"));
      all++;
    }
  return different.size / all;
}
