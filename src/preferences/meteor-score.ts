import { type MeteorOptions, meteor } from "../metrics/meteor";
import type { Score } from "./score";

/** A text, and the number of the reference that it is compared with. */
export interface RatedText {
  reference: number;
  text: string;
}

/**
 * Ranks samples by their METEOR against their references, the paper's preference for summarization. (Yang et al. 2023, Section 4.2)
 *
 *     const guidance = { score: meteorScore(summaries, { synonyms: loadWordNet() }), learn: { listSize: 3, … }, sampling: { … } };
 */
export const meteorScore = (references: readonly string[], options: MeteorOptions = {}): Score<RatedText> => ({
  name: options.synonyms ? "METEOR" : "METEOR without synonyms",
  apply: async samples =>
    Float32Array.from(samples, ({ reference, text }) => meteor(text, references[reference], options)),
});
