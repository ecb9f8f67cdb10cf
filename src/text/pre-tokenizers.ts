// Splitting of normalized texts into words, which are tokenized separately, as in the Rust library `tokenizers`.

import { fail } from "../core/errors";
import { toByteLetters } from "./byte-letters";
import { toRegExp } from "./pattern";
import { type Behavior, readBehavior, split } from "./split";
import { punctuation } from "./unicode";

/** A part of a text that is tokenized by itself. */
export interface Word {
  text: string;
  /** Whether it is at the beginning of the whole text. */
  first: boolean;
}

type PreTokenize = (word: Word) => Word[];

/** The pre-tokenizer of a tokenizer.json; null does not split texts. Errors: an unknown kind. */
export function createPreTokenizer(config: any, where: string): PreTokenize {
  if (config == null) return word => [word];
  switch (config.type) {
    case "Sequence": {
      const steps: PreTokenize[] = config.pretokenizers.map((step: unknown) => createPreTokenizer(step, where));
      return word => steps.reduce((words, step) => words.flatMap(step), [word]);
    }
    case "ByteLevel":
      return byteLevel(config);
    case "Metaspace":
      return metaspace(config, where);
    case "BertPreTokenizer":
      return word => cut(whiteSpace, "Removed")(word).flatMap(cut(punctuation, "Isolated"));
    case "Punctuation":
      return cut(punctuation, readBehavior(config.behavior ?? "Isolated", where));
    case "Digits":
      return cut(/\p{N}/gu, config.individual_digits ? "Isolated" : "Contiguous");
    case "WhitespaceSplit":
      return cut(whiteSpace, "Removed");
    case "Whitespace":
      return cut(wordsAndSigns, "Removed", true);
    case "Split":
      return cut(toRegExp(config.pattern, where), readBehavior(config.behavior, where), config.invert);
    default:
      return fail(
        where,
        `it cuts texts by "${config.type}"`,
        "Known are Sequence, ByteLevel, Metaspace, BertPreTokenizer, Punctuation, Digits, WhitespaceSplit, " +
          "Whitespace and Split.",
      );
  }
}

const whiteSpace = /\p{White_Space}/gu;
const inWord = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const wordsAndSigns = new RegExp(String.raw`[${inWord}]+|[^\p{White_Space}${inWord}]+`, "gu");
const gpt2Words = new RegExp(
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|` +
    String.raw`\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`,
  "gu",
);

const cut =
  (pattern: RegExp, behavior: Behavior, invert = false): PreTokenize =>
  ({ text, first }) =>
    split(text, pattern, behavior, invert).map(part => ({ text: part.text, first: first && part.start === 0 }));

/** GPT-2's words, with the space before each, as byte letters. */
function byteLevel({ add_prefix_space = true, use_regex = true }): PreTokenize {
  return ({ text, first }) => {
    const spaced = add_prefix_space && !text.startsWith(" ") ? ` ${text}` : text;
    const words = use_regex ? (spaced.match(gpt2Words) ?? []) : [spaced];
    return words.map((word, i) => ({ text: toByteLetters(word), first: first && i === 0 }));
  };
}

/** Replaces spaces by a visible letter, adds one at the beginning, and splits before each. */
function metaspace(config: any, where: string): PreTokenize {
  const { replacement = "▁", add_prefix_space = true, split: cuts = true } = config;
  const scheme: string = config.prepend_scheme ?? (add_prefix_space ? "always" : "never");
  if (!["always", "first", "never"].includes(scheme))
    fail(where, `its prepend_scheme is "${scheme}"`, "Known are always, first and never.");
  const pattern = toRegExp({ String: replacement }, where);
  return ({ text, first }) => {
    const marked = text.replaceAll(" ", replacement);
    const prepends = (scheme === "always" || (scheme === "first" && first)) && !marked.startsWith(replacement);
    const whole = { text: prepends ? replacement + marked : marked, first };
    return cuts ? cut(pattern, "MergedWithNext")(whole) : [whole];
  };
}
