// The prompt of a pair without a column of prompts: the common beginning of both responses.

import { sameTurn } from "./conversations";
import type { Message, Sequence } from "./lists-table";

export interface Pair {
  prompt: Sequence;
  chosen: Sequence;
  rejected: Sequence;
}

/**
 * Splits a pair into prompt and responses. Of conversations, the common first messages are the prompt, but never all of
 * one; of texts, the common first characters, without a space at the end, and so that neither response begins within a
 * word, a number, or a character of several code points. With `promptEnd`, a text's prompt ends after the last such
 * piece of the common beginning, say "\n\nAssistant:". Equal texts, and texts without a common beginning, have the
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
    while (end > 0 && (joins(chosen, end) || joins(rejected, end))) end--;
    if (chosen[end - 1] === " ") end--; // tokenizers keep a space with the word after it
  }
  return { prompt: chosen.slice(0, end), chosen: chosen.slice(end), rejected: rejected.slice(end) };
}

const word = /[\p{L}\p{N}\p{M}_]/u;
/** Scripts that write words without spaces: each character may begin one. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const joiner = "\u200d";
/** Marks, the joiner of emoji, their variants, colors and tags. */
const attached = /\p{M}|\u200d|\ufe0f|[\u{1f3fb}-\u{1f3ff}]|[\u{e0020}-\u{e007f}]/u;
const flag = /[\u{1f1e6}-\u{1f1ff}]/u;

/** Whether what stands before and behind this place belongs together. */
function joins(text: string, at: number): boolean {
  if (at >= text.length) return false;
  if (/[\uDC00-\uDFFF]/.test(text[at]) && /[\uD800-\uDBFF]/.test(text[at - 1])) return true;
  const after = String.fromCodePoint(text.codePointAt(at)!);
  const before = characterBefore(text, at);
  if (attached.test(after) || before === joiner || (flag.test(before) && flag.test(after))) return true;
  if (unspaced.test(before) || unspaced.test(after)) return false;
  if (/\p{N}/u.test(before) && /^[.,]\p{N}/u.test(text.slice(at, at + 3))) return true;
  if (word.test(before)) return word.test(after);
  const earlier = characterBefore(text, at - before.length);
  if (before === "'" || before === "’") return /\p{L}/u.test(earlier) && /\p{L}/u.test(after);
  return (before === "." || before === ",") && /\p{N}/u.test(earlier) && /\p{N}/u.test(after);
}

function characterBefore(text: string, at: number): string {
  const half = /[\uDC00-\uDFFF]/.test(text[at - 1] ?? "") && /[\uD800-\uDBFF]/.test(text[at - 2] ?? "");
  return text.slice(at - (half ? 2 : 1), at);
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
  a === b || (typeof a === "object" && typeof b === "object" && sameTurn(a, b));
