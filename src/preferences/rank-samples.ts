import { fail } from "../core/errors";
import {
  anything,
  type Checks,
  callback,
  checkOptions,
  fields,
  flag,
  integer,
  listOf,
  made,
  required,
} from "../core/options";
import type { Rng } from "../core/random";
import { generate } from "../generation/generate";
import { type SampleOptions, sampleChecks } from "../generation/options";
import type { ResponsePolicy } from "../policies/response-policy";
import { type Judged, type ListsTable, listsTable, type PromptEntry, promptOf, type Sequence } from "./lists-table";
import { type Score, scoresOf } from "./score";
import type { Following, PreferenceSource } from "./source";

/** A response of the policy to a prompt. */
export interface Sample {
  prompt: Sequence;
  response: Sequence;
  /** The response as text, where the policy wrote token ids. */
  text?: string;
  /** The index of the prompt in the source's `prompts`, for scores that compare with a reference of each. */
  index: number;
  /** Whether it ended by itself, where the policy wrote token ids; else it was cut off at its most tokens. */
  finished?: boolean;
}

/** Prompts of a draw, unless said otherwise: features of all their samples are kept together. */
export const promptsPerDraw = 1000;

export interface RankSamplesOptions<Policy = unknown> {
  /** Ranks the samples; `weightedSum` makes one of several. */
  score: Score<Sample>;
  /**
   * Prompts, or records that have one (references, say), which are read when they are drawn. The same prompt may stand
   * there again.
   */
  prompts: readonly PromptEntry[];
  /** Prompts of each draw, others each time; one list for each. Default: all of them, but at most 1000. */
  promptsPerDraw?: number;
  /** Samples of a prompt (K). Default 5, the paper's for prompts. */
  listSize?: number;
  /** How a `ResponsePolicy` samples, at most `maxNewTokens` tokens each; prompts are token ids then. */
  sampling?: SampleOptions;
  /**
   * Instead of `sampling`: one response of the policy to each of these prompts, which come `listSize` times each, side
   * by side.
   */
  sample?(policy: Policy, prompts: readonly Sequence[], rng: Rng): readonly Sequence[] | Promise<readonly Sequence[]>;
  /** Learns from all samples scored so far, not from the newest only. Default false. */
  keepAll?: boolean;
}

const rankSamplesChecks: Checks<RankSamplesOptions> = {
  score: required(made("a score of samples", "name", "apply")),
  prompts: required(listOf(anything)),
  promptsPerDraw: integer(1),
  listSize: integer(2),
  sampling: fields(sampleChecks),
  sample: callback,
  keepAll: flag,
};

/**
 * Lists of the current policy's own samples, ordered by a score (Yang et al. 2023, Section 2.1). Equal scores are ties;
 * the scores stay in the table.
 *
 * Errors: an option out of its range; both or neither of `sampling` and `sample`; a number of samples or scores other
 * than what was asked for; a score that is NaN.
 */
export function rankSamples<Policy = unknown>(options: RankSamplesOptions<Policy>): PreferenceSource<Policy> {
  checkOptions("rankSamples", options as unknown as RankSamplesOptions, rankSamplesChecks);
  const { score, prompts, sample, sampling, listSize = 5, keepAll = false } = options;
  const most = options.promptsPerDraw ?? promptsPerDraw;
  if (!sample === !sampling)
    fail("rankSamples", sample ? "both sampling and sample are given" : "it is not said how to sample", "Give one.");
  let all: Samples[] = [];
  return {
    name: `rankSamples by ${score.name}`,
    listSize,
    settings: { listSize, promptsPerDraw: most, sampling, keepAll },
    async next(policy, rng, following) {
      const chosen =
        sample && prompts.length <= most
          ? [...prompts.keys()]
          : rng.split("contexts").shuffled(prompts.keys()).slice(0, most);
      const own = chosen.map(index => promptOf(prompts[index]));
      const written = sample
        ? await sampledBy(sample, policy, own, listSize, rng)
        : await sampled(responsePolicy(policy), own, listSize, sampling!, rng.split("samples"), following);
      const samples = written.map(({ response, text, finished }, n) => {
        const i = Math.floor(n / listSize);
        return { prompt: own[i], response, text, index: chosen[i], finished };
      });
      const scores = await scoresOf("rankSamples", score, samples);
      const now = samples.map(({ prompt, response }, n) => ({ prompt, response, score: scores[n] }));
      all = keepAll ? [...all, now] : [now];
      return tableOf(all.flat(), listSize);
    },
    ...(keepAll && { save: () => ({ all }), restore: state => void (all = (state as { all: Samples[] }).all) }),
  };
}

/** Errors: a policy that does not write responses by itself. */
const responsePolicy = (policy: unknown): ResponsePolicy =>
  typeof policy === "object" && policy !== null && "generator" in policy
    ? (policy as ResponsePolicy)
    : fail("rankSamples", "the policy is not one over responses", "Give `sample`, which says how it writes.");

type Samples = { prompt: Sequence; response: Sequence; score: number }[];

/** Neighbours form lists. */
function tableOf(samples: Samples, listSize: number): ListsTable {
  const judged: Judged = {
    group: Int32Array.from(samples, (_, n) => Math.floor(n / listSize)),
    order: samples.map(({ score }) => -score),
    prompt: samples.map(({ prompt }) => prompt),
    response: samples.map(({ response }) => response),
    score: samples.map(({ score }) => score),
  };
  return listsTable("rankSamples", judged);
}

interface Written {
  response: Sequence;
  text?: string;
  finished?: boolean;
}

async function sampledBy<Policy>(
  sample: NonNullable<RankSamplesOptions<Policy>["sample"]>,
  policy: Policy,
  prompts: readonly Sequence[],
  listSize: number,
  rng: Rng,
): Promise<Written[]> {
  const asked = prompts.flatMap(prompt => Array.from({ length: listSize }, () => prompt));
  const responses = await sample(policy, asked, rng);
  if (responses.length !== asked.length)
    fail("rankSamples", `there are ${responses.length} samples of ${asked.length} prompts`, "Sample one for each.");
  return responses.map(response => ({ response, ...(typeof response === "string" && { text: response }) }));
}

/** Samples of a policy, as token ids, `samples` for each prompt side by side. Errors: those of `generate`. */
export async function sampled(
  { generator }: ResponsePolicy,
  prompts: readonly Sequence[],
  samples: number,
  { maxNewTokens, minNewTokens, batchTokens, ...how }: SampleOptions,
  rng: Rng,
  { onProgress, signal }: Following = {},
): Promise<(Written & { input: number })[]> {
  const written = await generate(generator, prompts as readonly (readonly number[])[], {
    maxNewTokens,
    minNewTokens,
    batchTokens,
    samples,
    sampling: { ...how, rng },
    signal,
    onProgress: (done, total) => onProgress?.("sampling", done, total),
  });
  return written.map(({ input, ids, text, finished }) => ({
    input,
    response: ids,
    text,
    finished: finished === "stop",
  }));
}
