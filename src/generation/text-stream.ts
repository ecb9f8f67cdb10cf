// The text of tokens as they come. No text is returned that a later token could still change.

import type { Tokenizer } from "../text/tokenizer";

export interface TextStream {
  /** The text that is certain after one more token, and whether a stop string ended it. */
  push(id: number): { text: string; stopped: boolean };
  /** The text held back, once no token follows. */
  end(): string;
}

/**
 * Characters whose bytes are incomplete are held back, and so is what may be the beginning of a stop string; behind a
 * stop string no text is returned. The pieces add up to the text of the tokens without special ones, cut before the
 * first stop string.
 */
export function textStream(tokenizer: Tokenizer, stopStrings: readonly string[]): TextStream {
  const ids: number[] = [];
  // Tokens from `done` on are not in `held` yet. They are decoded together with the few from `context` on, since a
  // token's text may depend on the one before it.
  let [context, done] = [0, 0];
  let held = "";
  const fresh = () => {
    const before = tokenizer.decode(ids.slice(context, done), { skipSpecial: true });
    return tokenizer.decode(ids.slice(context), { skipSpecial: true }).slice(before.length);
  };
  return {
    push(id) {
      ids.push(id);
      const text = held + fresh();
      const cut = firstOf(stopStrings, text);
      if (cut >= 0) {
        held = "";
        [context, done] = [ids.length, ids.length];
        return { text: text.slice(0, cut), stopped: true };
      }
      if (text.length === held.length || text.endsWith("\uFFFD")) return { text: "", stopped: false };
      [context, done] = [done, ids.length];
      const certain = text.length - longestBeginning(stopStrings, text);
      held = text.slice(certain);
      return { text: text.slice(0, certain), stopped: false };
    },
    end: () => held + fresh(),
  };
}

/** The text of these tokens, cut before the first stop string, and whether there is one. */
export function textOf(tokenizer: Tokenizer, ids: readonly number[], stopStrings: readonly string[]) {
  const stream = textStream(tokenizer, stopStrings);
  let text = "";
  for (const id of ids) {
    const pushed = stream.push(id);
    text += pushed.text;
    if (pushed.stopped) return { text, stopped: true };
  }
  return { text: text + stream.end(), stopped: false };
}

/** Where the first of the strings begins in the text, −1 if none does. */
const firstOf = (strings: readonly string[], text: string): number =>
  strings.reduce((first, string) => {
    const at = text.indexOf(string);
    return at >= 0 && (first < 0 || at < first) ? at : first;
  }, -1);

/** The length of the longest end of the text that one of the strings begins with. */
const longestBeginning = (strings: readonly string[], text: string): number =>
  Math.max(
    0,
    ...strings.map(string => {
      let length = Math.min(string.length - 1, text.length);
      while (length > 0 && !text.endsWith(string.slice(0, length))) length--;
      return length;
    }),
  );
