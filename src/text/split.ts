// Cutting a text at what a pattern finds.

import { fail } from "../core/errors";

const behaviors = ["Removed", "Isolated", "Contiguous", "MergedWithPrevious", "MergedWithNext"] as const;

/** What becomes of a match: left out, a part of its own, one part with matches beside it, or the end or the begin of a neighbour. */
export type Behavior = (typeof behaviors)[number];

/** Errors: no behavior has this name. */
export function readBehavior(name: unknown, where: string): Behavior {
  const known = behaviors.find(behavior => behavior === name);
  return known ?? fail(where, `it splits by "${name}"`, `Known are ${behaviors.join(", ")}.`);
}

/** The parts of a text, none empty. `invert` takes what the pattern finds for what lies between, and the reverse. */
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
