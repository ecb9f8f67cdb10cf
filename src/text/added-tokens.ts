// Tokens that are looked for in a text before anything else: special tokens, and what a user added to a vocabulary.

import { fail } from "../core/errors";

export interface AddedToken {
  id: number;
  content: string;
  /** Left out of decoded text on request. */
  special: boolean;
  /** Found in the normalized text, by its own normalized form; else in the text as it is written. */
  normalized: boolean;
  /** Not found within a word. */
  single_word: boolean;
  /** Takes the white space before it. */
  lstrip: boolean;
  /** Takes the white space after it. */
  rstrip: boolean;
}

/** A stretch of a text: an added token as it stands there, or, without `token`, what lies between two of them. */
export interface Stretch {
  text: string;
  token?: AddedToken;
}

/** The `added_tokens` of a tokenizer.json with the defaults of what they leave out. Errors: one without a proper id. */
export function readAddedTokens(list: readonly Partial<AddedToken>[], where: string): AddedToken[] {
  const bad = list.find(({ id }) => !(Number.isSafeInteger(id) && id! >= 0));
  if (bad) fail(where, `its added token ${JSON.stringify(bad.content)} has the id ${bad.id}`, "Fetch the file anew.");
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

/** Where the white space at the end of a text begins. A pattern would try every run of white space on its way. */
function trimmedLength(text: string): number {
  let end = text.length;
  while (end > 0 && /\p{White_Space}/u.test(text[end - 1])) end--;
  return end;
}

/** Cuts texts at the tokens, each found by its form: the leftmost first, of those the longest. Empty stretches are left out. */
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
