import { mean } from "../core/mean";
import { splitWords } from "../metrics/words";
import { type SampledText, textOf } from "./meteor-score";
import type { Score } from "./score";

/**
 * A score without the part that length explains: score − slope · words, with the least-squares slope within references
 * over all samples scored together. METEOR favors long samples so much that their order by length alone agrees with its
 * order in 70 % of pairs.
 */
export const lengthControlled = (score: Score<SampledText>): Score<SampledText> => ({
  name: `length-controlled ${score.name}`,
  async apply(samples) {
    const scores = [...(await score.apply(samples))];
    const lengths = samples.map(({ text }) => splitWords(textOf("lengthControlled", text)).length);
    const [s, l] = [scores, lengths].map(values => centred(values, samples));
    const squares = l.reduce((sum, length) => sum + length ** 2, 0);
    const slope = squares > 0 ? l.reduce((sum, length, n) => sum + length * s[n], 0) / squares : 0;
    return Float32Array.from(scores, (value, n) => value - slope * lengths[n]);
  },
});

/** Each value less the mean of its reference. */
function centred(values: readonly number[], samples: readonly SampledText[]): number[] {
  const byPrompt = new Map<number, number[]>();
  for (const [n, { index }] of samples.entries()) byPrompt.set(index, [...(byPrompt.get(index) ?? []), values[n]]);
  const means = new Map([...byPrompt].map(([index, own]) => [index, mean(own)]));
  return values.map((value, n) => value - means.get(samples[n].index)!);
}
