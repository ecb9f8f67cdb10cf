// Tokens that are found in a text before it is tokenized: special tokens, and those that were added to a vocabulary.

import { fail } from "../core/errors";

/** An entry of `added_tokens` in a tokenizer.json. */
export interface AddedToken {
  id: number;
  content: string;
  /** Whether decoding can leave it out. */
  special: boolean;
  /** Whether it is matched in normalized text, in its own normalized form, rather than in the original text. */
  normalized: boolean;
  /** Whether it is not matched inside a word. */
  single_word: boolean;
  /** Whether it includes white space before it. */
  lstrip: boolean;
  /** Whether it includes white space after it. */
  rstrip: boolean;
}

/** A part of a text: an added token, or, without `token`, the text between two of them. */
export interface Stretch {
  text: string;
  token?: AddedToken;
}

/** The `added_tokens` of a tokenizer.json with defaults for missing fields. Errors: a token without a valid id. */
export function readAddedTokens(list: readonly Partial<AddedToken>[], where: string): AddedToken[] {
  const bad = list.find(({ id }) => !(Number.isSafeInteger(id) && id! >= 0));
  if (bad) fail(where, `its added token ${JSON.stringify(bad.content)} has the id ${bad.id}`, "Fetch the file again.");
  return list
    .filter(({ content }) => content)
    .map(
      ({
        id,
        content,
        special = false,
        normalized = !special,
        single_word = false,
        lstrip = false,
        rstrip = false,
      }) => ({
        id: id!,
        content: content!,
        special,
        normalized,
        single_word,
        lstrip,
        rstrip,
      }),
    );
}

const wordBefore = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAfter = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const spaceAfter = /^\p{White_Space}*/u;

/**
 * Length of a text without white space at its end. (A regular expression would try every run of white space in the
 * text.)
 */
function trimmedLength(text: string): number {
  let end = text.length;
  while (end > 0 && /\p{White_Space}/u.test(text[end - 1])) end--;
  return end;
}

/**
 * Returns a function that splits texts at the tokens, given by their forms: the leftmost match first, and among these
 * the longest.
 */
export function cutAt(tokens: ReadonlyMap<string, AddedToken>): (text: string) => Stretch[] {
  if (tokens.size === 0) return text => (text ? [{ text }] : []);
  const forms = [...tokens.keys()].filter(form => form).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(forms.map(form => form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "gu");
  return text => {
    const found: Stretch[] = [];
    let done = 0;
    for (const match of text.matchAll(pattern)) {
      const token = tokens.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (
        token.single_word &&
        (wordBefore.test(text.slice(Math.max(0, start - 2), start)) || wordAfter.test(text.slice(end)))
      )
        continue;
      if (token.lstrip) start = Math.max(done, trimmedLength(text.slice(0, start)));
      if (token.rstrip) end += spaceAfter.exec(text.slice(end))![0].length;
      if (done < start) found.push({ text: text.slice(done, start) });
      found.push({ text: text.slice(start, end), token });
      done = end;
    }
    if (done < text.length) found.push({ text: text.slice(done) });
    return found;
  };
}
