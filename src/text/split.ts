// Splitting of a text at the matches of a pattern.

import { fail } from "../core/errors";

const behaviors = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"] as const;

/**
 * What happens to a match: it is removed, is a part by itself, is joined with adjacent matches, or with the part before
 * or after it.
 */
export type Behavior = (typeof behaviors)[number];

/** The behavior with this name. Errors: an unknown name. */
export function readBehavior(name: unknown, where: string): Behavior {
  const known = behaviors.find(behavior => behavior === name);
  return known ?? fail(where, `it splits by "${name}"`, `Known are ${behaviors.join(", ")}.`);
}

/**
 * The parts of a text, without empty ones. With `invert`, the text between matches counts as match and the other way
 * round.
 */
export function split(
  text: string,
  pattern: RegExp,
  behavior: Behavior,
  invert = false,
): { text: string; start: number }[] {
  const parts: { start: number; end: number; match: boolean }[] = [];
  const add = (start: number, end: number, match: boolean) => {
    const last = parts.at(-1);
    const joins =
      last !== undefined &&
      ((behavior === "Contiguous" && last.match === match) ||
        (behavior === "MergedWithPrevious" && match && !last.match) ||
        (behavior === "MergedWithNext" && last.match && !match));
    if (joins) {
      last.end = end;
      last.match = match;
    } else parts.push({ start, end, match });
  };
  let done = 0;
  pattern.lastIndex = 0;
  for (const match of text.matchAll(pattern)) {
    if (done < match.index) add(done, match.index, invert);
    add(match.index, (done = match.index + match[0].length), !invert);
  }
  if (done < text.length) add(done, text.length, invert);
  return parts
    .filter(({ start, end, match }) => end > start && !(match && behavior === "Removed"))
    .map(({ start, end }) => ({ text: text.slice(start, end), start }));
}
