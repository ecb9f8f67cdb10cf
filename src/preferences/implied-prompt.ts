// The prompt of a pair that has none of its own: what both responses begin with.

import type { Message, Sequence } from "./lists-table";

export interface Pair {
  prompt: Sequence;
  chosen: Sequence;
  rejected: Sequence;
}

/**
 * Splits a pair into prompt and responses. Of conversations, the messages that both begin with are the prompt, but never all of
 * one; of texts, the letters that both begin with, without a space at the end. With `promptEnd`, a text's prompt ends behind
 * the last such piece in the part alike, say "\n\nAssistant:". Equal texts, and others where nothing is alike, have the
 * prompt "".
 */
export function impliedPrompt(chosen: Sequence, rejected: Sequence, promptEnd?: string): Pair {
  if (typeof chosen !== "string" || typeof rejected !== "string") return splitItems(chosen, rejected);
  let end = 0;
  while (end < chosen.length && chosen[end] === rejected[end]) end++;
  if (promptEnd !== undefined) {
    const found = chosen.lastIndexOf(promptEnd, end - promptEnd.length);
    end = found < 0 || end < promptEnd.length ? 0 : found + promptEnd.length;
  } else {
    if (end === chosen.length && end === rejected.length) end = 0;
    if (/[\uD800-\uDBFF]/.test(chosen[end - 1] ?? "")) end--; // half a letter
    if (chosen[end - 1] === " ") end--; // tokenizers take the space to the word behind it
  }
  return { prompt: chosen.slice(0, end), chosen: chosen.slice(end), rejected: rejected.slice(end) };
}

/** Messages or token ids. */
function splitItems(chosen: Sequence, rejected: Sequence): Pair {
  const [a, b] = [chosen, rejected] as (readonly (Message | number)[])[];
  let end = 0;
  while (end < Math.min(a.length, b.length) - 1 && same(a[end], b[end])) end++;
  const part = (items: readonly (Message | number)[], from: number, to?: number) => items.slice(from, to) as Sequence;
  return { prompt: end > 0 ? part(a, 0, end) : "", chosen: part(a, end), rejected: part(b, end) };
}

const same = (a: Message | number, b: Message | number) =>
  a === b || (typeof a === "object" && typeof b === "object" && a.role === b.role && a.content === b.content);
