// Scores of whole texts, and what each token adds to them.

import { fail } from "../../src/core/errors";
import type { TextGuidance } from "../../src/guidance/text-guidance";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import type { Tokenizer } from "../../src/text/tokenizer";

/** A score that depends on the response's text alone. */
export interface TextScore extends Score<Sample> {
  /** The score of one text. */
  of(text: string): number;
}

/** A score of samples from a function of their texts. */
export const textScore = (name: string, of: (text: string) => number): TextScore => ({
  name,
  of,
  apply: async samples =>
    Float32Array.from(samples, ({ text }) => of(text ?? fail(name, "a sample has no text", "Sample by a policy."))),
});

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]+(?:'[a-z]+)?/g) ?? [];

const negations = new Set(
  "not no never none nobody nothing neither nor nowhere without hardly barely cannot cant wont isnt wasnt dont doesnt didnt".split(
    " ",
  ),
);

/**
 * Sentiment of a text from −1 to 1, after VADER (Hutto and Gilbert 2014) without its rules for degree, case and
 * punctuation: s / √(s² + 15), where s is the sum of its words' valences, times −0.74 where one of the three words
 * before negates.
 */
export function sentimentScore(lexicon: ReadonlyMap<string, number>): TextScore {
  return textScore("sentiment", text => {
    const words = wordsOf(text);
    const negates = (word: string) => negations.has(word) || word.endsWith("n't");
    const sum = words.reduce((sum, word, i) => {
      const valence = lexicon.get(word) ?? 0;
      return sum + (valence && words.slice(Math.max(0, i - 3), i).some(negates) ? -0.74 : 1) * valence;
    }, 0);
    return sum / Math.sqrt(sum * sum + 15);
  });
}

/** How many of a text's words are among these, case aside, times `each`: −1 penalizes them. Default 1. */
export function wordCountScore(words: Iterable<string>, each = 1): TextScore {
  const counted = new Set(words);
  return textScore(each < 0 ? "penalized words" : "wanted words", text => {
    return each * wordsOf(text).filter(word => counted.has(word)).length;
  });
}

/**
 * The oracle: what each token adds to the score of the text so far. These known token rewards take the place of learned
 * ones, as a control of what a perfect reward model would gain.
 */
export const scoreGains = (score: TextScore, tokenizer: Tokenizer): Pick<TextGuidance, "rewards"> => ({
  async rewards(examples) {
    return Array.from(examples, ({ response }) => {
      let before = score.of("");
      return Float32Array.from(response as readonly number[], (_, t) => {
        const now = score.of(tokenizer.decode((response as readonly number[]).slice(0, t + 1)));
        const gain = now - before;
        before = now;
        return gain;
      });
    });
  },
});
