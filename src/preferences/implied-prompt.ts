// The prompt of a pair without a column of prompts: the common beginning of both responses.

import type { Message, Sequence } from "./lists-table";

export interface Pair {
  prompt: Sequence;
  chosen: Sequence;
  rejected: Sequence;
}

/**
 * Splits a pair into prompt and responses. Of conversations, the common first messages are the prompt, but never all of
 * one; of texts, the common first characters, without a space at the end. With `promptEnd`, a text's prompt ends after
 * the last such piece of the common beginning, say "\n\nAssistant:". Equal texts, and texts without a common beginning,
 * have the prompt "".
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
    if (/[\uD800-\uDBFF]/.test(chosen[end - 1] ?? "")) end--; // half a character
    if (chosen[end - 1] === " ") end--; // tokenizers keep a space with the word after it
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
