import { fail } from "../core/errors";
import type { Tokenizer } from "./tokenizer";

/** A text within a limit of tokens. */
export interface Encoded {
  ids: number[];
  /** Number of the text's tokens that were left out. */
  dropped: number;
}

/**
 * The tokens of a text with special tokens around it, at most `most` in total. A text that is too long loses its last
 * tokens but keeps the special ones, so that it still ends as the model expects. Special tokens that are written out in
 * the text are plain text.
 *
 * Errors: a limit without room for any token of the text.
 */
export function encodeWithin(tokenizer: Tokenizer, text: string, most: number): Encoded {
  const { ids } = tokenizer.encodeWithSpecial(text, undefined, { plain: true });
  const dropped = ids.length - most;
  if (dropped <= 0) return { ids, dropped: 0 };
  const around = tokenizer.encodeWithSpecial("").ids;
  if (!(most > around.length))
    fail("encodeWithin", `${most} tokens are too few`, `Allow more than the ${around.length} special ones.`);
  const behind = alikeAtEnd(around, tokenizer.encodeWithSpecial("a").ids);
  return { ids: [...ids.slice(0, most - behind), ...ids.slice(ids.length - behind)], dropped };
}

/** Number of equal ids at the end. */
function alikeAtEnd(a: readonly number[], b: readonly number[]): number {
  let alike = 0;
  while (alike < a.length && a.at(-1 - alike) === b.at(-1 - alike)) alike++;
  return alike;
}
