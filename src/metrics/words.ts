// Words as NLTK's `word_tokenize` cuts them: the Penn Treebank's rules, one sentence at a time.

import { splitSentences } from "../text/sentences";

/** The words and punctuation marks of a text, in order, as METEOR counts them. */
export const splitWords = (text: string): string[] => splitSentences(text, { everyStop: true }).flatMap(sentenceWords);

// Python's classes of characters
const letter = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`;
const blank = String.raw`[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const edge = `(?:(?<=${letter})(?!${letter})|(?<!${letter})(?=${letter}))`;

const rule = (pattern: string, by: string, flags = "gu"): [RegExp, string] => [new RegExp(pattern, flags), by];
const contraction = (first: string, second: string, after = edge) =>
  rule(`${edge}(${first})(${second})${after}`, " $1 $2 ", "giu");

/** NLTK's substitutions, in its order. */
const rules: [RegExp, string][] = [
  // Quotation marks that open
  rule("([«“‘„]|`+)", " $1 "),
  rule('^"', "``"),
  rule("``", " `` "),
  rule(String.raw`([ (\[{<])(?:"|'{2})`, "$1 `` "),
  rule(`(?<!${letter})'(?!(?:re|ve|ll|m|t|s|d|n)${edge})(?=${letter})`, "' ", "giu"),
  // Punctuation, the last full stop of a sentence among it (closing marks after it are matched in one piece: no time
  // for long blanks)
  rule(String.raw`([^.])(\.)(?=([\])}>"'»”’ ]*))\3${blank}*$`, "$1 $2 $3 "),
  rule(String.raw`([:,])(\P{Nd})`, " $1 $2"),
  rule(String.raw`([:,])(?=\n?$)`, " $1 "),
  rule(String.raw`\.{2,}`, " $& "),
  rule("[;@#$%&]", " $& "),
  rule(String.raw`[\u2012-\u2015]`, " $& "),
  rule(String.raw`([^.])(\.)([\])}>"']*)${blank}*$`, "$1 $2$3 "),
  rule("[?!]", " $& "),
  rule("([^'])' ", "$1 ' "),
  rule("[*]", " $& "),
  rule(String.raw`[\][(){}<>]`, " $& "),
  rule("--", " -- "),
  rule("^[^]*$", " $& "),
  // Quotation marks that close, and what is left of contracted words
  rule("[»”’]", " $& "),
  rule("''", " '' "),
  rule('"', " '' "),
  rule(`${blank}+`, " "),
  rule("([^' ])('[sS]|'[mM]|'[dD]|') ", "$1 $2 "),
  rule("([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "),
  contraction("can", "not"),
  contraction("d", "'ye"),
  contraction("gim", "me"),
  contraction("gon", "na"),
  contraction("got", "ta"),
  contraction("lem", "me"),
  contraction("more", "'n"),
  contraction("wan", "na", `(?=${blank})`),
  rule(` ('t)(is)${edge}`, " $1 $2 ", "giu"),
  rule(` ('t)(was)${edge}`, " $1 $2 ", "giu"),
];

export const sentenceWords = (sentence: string): string[] =>
  rules
    .reduce((text, [pattern, by]) => text.replace(pattern, by), sentence)
    .split(new RegExp(String.raw`(?:${blank}|[\x1c-\x1f])+`, "u"))
    .filter(word => word !== "");
