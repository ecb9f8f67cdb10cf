import { fail } from "../core/errors";
import { anything, type Checks, callback, checkOptions, integer, listOf, made, required } from "../core/options";
import type { Rng } from "../core/random";
import { listsTable, type Sequence } from "./lists-table";
import { type Score, scoresOf } from "./score";
import type { PreferenceSource } from "./source";

/** A response of the policy to a prompt. */
export interface Sample {
  prompt: Sequence;
  response: Sequence;
}

export interface RankSamplesOptions<Policy> {
  /** Ranks the samples; `weightedSum` makes one of several. */
  score: Score<Sample>;
  /** One list for each; the same prompt may stand there again. */
  prompts: readonly Sequence[];
  /** One response of the policy to each of these prompts, which come `listSize` times each, side by side. */
  sample(policy: Policy, prompts: readonly Sequence[], rng: Rng): readonly Sequence[] | Promise<readonly Sequence[]>;
  /** Samples of a prompt (K). Default 5, the paper's for prompts. */
  listSize?: number;
}

const rankSamplesChecks: Checks<RankSamplesOptions<unknown>> = {
  score: required(made("a score, a record with `name` and `apply`", "name", "apply")),
  prompts: required(listOf(anything)),
  sample: required(callback),
  listSize: integer(2),
};

/**
 * Lists of the current policy's own samples, ordered by a score (Yang et al. 2023, Section 2.1). Equal scores are ties; the
 * scores stay in the table.
 *
 * Errors: an option out of its range; another number of samples or scores than was asked for; a score that is not a number.
 */
export function rankSamples<Policy>(options: RankSamplesOptions<Policy>): PreferenceSource<Policy> {
  checkOptions("rankSamples", options as RankSamplesOptions<unknown>, rankSamplesChecks);
  const { score, prompts, sample, listSize = 5 } = options;
  return {
    name: "rankSamples",
    listSize,
    async next(policy, rng) {
      const asked = prompts.flatMap(prompt => Array.from({ length: listSize }, () => prompt));
      const response = await sample(policy, asked, rng);
      if (response.length !== asked.length)
        fail("rankSamples", `there are ${response.length} samples of ${asked.length} prompts`, "Sample one for each.");
      const samples = asked.map((prompt, i) => ({ prompt, response: response[i] }));
      const scores = await scoresOf("rankSamples", score, samples);
      return listsTable("rankSamples", {
        group: Int32Array.from(asked, (_, i) => Math.floor(i / listSize)),
        order: scores.map(value => -value),
        prompt: asked,
        response,
        score: scores,
      });
    },
  };
}
