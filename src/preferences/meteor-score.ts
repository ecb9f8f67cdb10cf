import { fail } from "../core/errors";
import { checkOptions } from "../core/options";
import { type MeteorOptions, meteor, meteorChecks } from "../metrics/meteor";
import type { Sample } from "./rank-samples";
import type { Score } from "./score";

/** A sample as text, and the index of the prompt that it answers. */
export type SampledText = Pick<Sample, "text" | "index">;

/**
 * Ranks samples by their METEOR against the reference of their prompt, the paper's preference for summarization. (Yang
 * et al. 2023, Section 4.2)
 *
 *     const score = meteorScore(summaries, { synonyms: loadWordNet() });
 *     const preferences = rankSamples({ score, prompts: references, sampling });
 *
 * Errors: an option out of its range; later, a sample that is not text.
 */
export function meteorScore(references: readonly string[], options: MeteorOptions = {}): Score<SampledText> {
  checkOptions("meteorScore", options, meteorChecks);
  return {
    name: options.synonyms ? "METEOR" : "METEOR without synonyms",
    apply: async samples =>
      Float32Array.from(samples, ({ index, text }) => meteor(textOf("meteorScore", text), references[index], options)),
  };
}

export const textOf = (where: string, text: string | undefined): string =>
  text ?? fail(where, "a sample has no text", "Score samples that are texts.");
