import { fail } from "../core/errors";
import type { Tokenizer } from "./tokenizer";

export interface Encoded {
  ids: number[];
  /** Tokens of the text that were left out. */
  dropped: number;
}

/**
 * The tokens of a text with the special ones around it, at most `most` in all: what is too long loses its last tokens, not the special ones, so a
 * cut text still ends as the model knows the end of a text.
 *
 * Errors: `most` leaves no room for a token of the text.
 */
export function encodeWithin(tokenizer: Tokenizer, text: string, most: number): Encoded {
  const { ids } = tokenizer.encodeWithSpecial(text);
  const dropped = ids.length - most;
  if (dropped <= 0) return { ids, dropped: 0 };
  const around = tokenizer.encodeWithSpecial("").ids;
  if (!(most > around.length))
    fail("encodeWithin", `${most} tokens are too few`, `Allow more than the ${around.length} special ones.`);
  const behind = alikeAtEnd(around, tokenizer.encodeWithSpecial("a").ids);
  return { ids: [...ids.slice(0, most - behind), ...ids.slice(ids.length - behind)], dropped };
}

function alikeAtEnd(a: readonly number[], b: readonly number[]): number {
  let alike = 0;
  while (alike < a.length && a.at(-1 - alike) === b.at(-1 - alike)) alike++;
  return alike;
}
