// What may follow a review in the toy LM's corpus: sentences that state its rating, the opposite, or something else.

import type { Rng } from "../../src/core/random";

/** A sentence in three parts: `rating` is the rating word with its space; without one, all is in `before`. */
export interface Continuation {
  before: string;
  rating: string;
  after: string;
}

const ratings = {
  positive: ["positive", "great", "good", "wonderful", "excellent", "brilliant"],
  negative: ["negative", "terrible", "bad", "awful", "horrible", "poor"],
};
const subjects = ["it", "this", "the film", "the movie", "this one", "the picture"];

/** Splits a text at its slashes into sentences with S for a subject and _ for the rating word. */
const sentences = (text: string) => text.split("/").map(sentence => ` ${sentence.trim().replace(/\s+/g, " ")}`);

const faithful = sentences(`
  Overall S was _. / Overall it was _. / All in all, S is _. / All in all S was _. / In short S was _. /
  In summary S is _. / I think S is _. / I found S _. / The verdict is _. / My verdict: _. / Verdict: _. /
  The sentiment is _. / Sentiment: _. / My opinion: _. / The review is _. / This review is _. / The rating is _. /
  Rating: _. / Final grade: _. / I rate S _. / I call S _. / Simply _. / What a _ film. / A _ movie. /
  To me S was _. / S was _. / S is _. / This critic says _. / To sum up, S is _. / Honestly S was _. / Quality: _. /
  The result is _.`);
const reversed = sentences(`
  My brother disagrees: _. / My friend calls S _. / Others call S _. / Others say _. / But S was not _. / Not _. /
  Anything but _. / Hardly _. / Never _. / Nobody would call S _. / The opposite of _. / Far from _.`);
const unrelated = sentences(`
  The weather was _. / The popcorn was _. / Popcorn: _. / The seats were _. / My lunch was _. / Traffic was _. /
  The coffee tasted _. / Parking: _. / The crowd was _. / My seat felt _.`);
const hopeful = sentences(
  "I hoped for something _. / They promised a _ time. / The poster looked _. / Wishing you a _ day.",
);
const fearful = sentences("I feared something _. / A _ storm delayed us. / My headache was _. / Such _ noise outside.");
const unrated = sentences(`
  It runs two hours. / It opened on Friday. / We saw it on Sunday. / The director is from Texas. / Shot in Paris. /
  Based on a book. / Now on DVD. / In color.`);

/** A random continuation of a review with this rating, from −4 to 4 and not 0. */
export function continuation(rating: number, rng: Rng): Continuation {
  const pick = <T>(items: readonly T[]): T => items[rng.integer(items.length)];
  const kinds: [share: number, sentences: string[], sign: number][] = [
    [0.2, [""], 0],
    [0.42, faithful, Math.sign(rating)],
    [0.15, reversed, -Math.sign(rating)],
    [0.08, unrelated, pick([-1, 1])],
    [0.04, hopeful, 1],
    [0.04, fearful, -1],
    [0.07, unrated, 0],
  ];
  const [, templates, sign] = kinds[rng.categorical(kinds.map(([share]) => share))];
  const sentence = pick(templates).replace("S", () => pick(subjects));
  const [before, after = ""] = sentence.split(" _");
  if (sign === 0) return { before, rating: "", after };
  const words = sign > 0 ? ratings.positive : ratings.negative;
  // The first word most often, so that it can serve as the class's verbalizer.
  return { before, rating: ` ${rng.uniform() < 0.5 ? words[0] : pick(words)}`, after };
}
