// Guidance for a policy's own samples: learned before, or learned anew from all samples scored so far as training goes
// on.

import { fail } from "../../core/errors";
import { type Checks, callback, fields, integer, made, oneOf, orInfinity, required } from "../../core/options";
import { read } from "../../core/tidy";
import { type Credit, creditCheck } from "../../credit/credit";
import { fitDefaults } from "../../guidance/fit";
import { type LearnOptions, learnChecks } from "../../guidance/learn";
import type { TextGuidance } from "../../guidance/text-guidance";
import type { EncodedExamples, Example, ResponsePolicy } from "../../policies/response-policy";
import { tokensOf } from "../../policies/token-rows";
import { type ListsTable, listsTable } from "../../preferences/lists-table";
import type { PreferenceSource } from "../../preferences/source";
import { chunks } from "../../text/batches";
import type { TrainingPart } from "../policy-training";
import { type GuidanceTraining, sourceGuidance } from "../reference-guidance";
import type { Relearning } from "../relearning";

/** Guidance that is learned while a policy trains on its samples. */
export interface SampleGuidanceTraining {
  learn: LearnOptions;
  /** What it learns from each time. Default: all samples that training has scored so far. */
  preferences?: PreferenceSource<ResponsePolicy>;
  /**
   * Which of these are compared: those of a prompt, or all with each other, from which more can be learned where scores
   * of different prompts are on one scale. Default "prompt", and "all" where one sample of a prompt is scored.
   */
  compare?: "prompt" | "all";
  /** Learned before update `from`, then every `every` updates, below `until`. Default of `every`: 10. */
  every?: number;
  /** Default: `every`, when there are scored samples; 0 with `preferences`. */
  from?: number;
  until?: number;
  /**
   * The credit until guidance has first been learned. Default `groupAdvantage()`, unless it learns from `preferences`
   * before the first update.
   */
  before?: Credit;
  /** Called with the tokens sampled and the candidates read. */
  onProgress?: GuidanceTraining["onProgress"];
}

const checks: Checks<SampleGuidanceTraining> = {
  learn: required(fields(learnChecks)),
  preferences: made("a source of preferences, such as rankSamples(…) or givenLists(…)", "name", "next"),
  compare: oneOf("prompt", "all"),
  every: integer(1),
  from: integer(0),
  until: orInfinity(integer(0)),
  before: creditCheck,
  onProgress: callback,
};

export const sampleGuidanceCheck = fields(checks);

/** A sample with its score. */
export interface ScoredSample extends Example {
  score: number;
}

/** What the trainer on samples asks of a guidance. */
export interface SampleGuidance {
  /** The rewards of each response's tokens; undefined before it has been learned. */
  rewards(encoded: EncodedExamples): Promise<Float32Array[] | undefined>;
  /** Takes the scored samples of an update, to learn from them later. */
  add(samples: readonly ScoredSample[]): void;
  relearn?: Relearning & Pick<ReturnType<typeof sourceGuidance>, "learn">;
  part?: TrainingPart;
  dispose(): void;
}

/** Rewards that stay as they are. The guidance stays the caller's. Errors: not a reward for each token. */
export const givenRewards = (guidance: Pick<TextGuidance, "rewards">): SampleGuidance => ({
  async rewards({ examples }) {
    const rewards = await guidance.rewards(examples);
    const odd = examples.findIndex(({ response }, n) => rewards[n]?.length !== response.length);
    if (rewards.length === examples.length && odd < 0) return rewards;
    return fail("trainWithSamples", "guidance does not give each response a reward for each token", "Correct it.");
  },
  add() {},
  dispose() {},
});

/**
 * A guidance that learns as training goes on, from lists of `scored` samples of a prompt. `passSize` bounds the
 * responses whose rewards are computed at once.
 */
export function relearnedRewards(
  policy: ResponsePolicy,
  options: SampleGuidanceTraining,
  { scored, passSize, signal }: { scored: number; passSize: number; signal?: AbortSignal },
): SampleGuidance {
  const { learn, onProgress, every = 10, until } = options;
  const own = options.preferences ? undefined : scoredSamples(options.compare === "all" ? 1 : scored);
  const from = options.from ?? (own ? every : 0);
  const guidance = sourceGuidance(policy, { preferences: options.preferences ?? own!, learn, onProgress }, signal);
  return {
    async rewards(encoded) {
      if (!guidance.learned()) return undefined;
      return chunks([...encoded.examples.keys()], passSize).flatMap(rows => {
        const lengths = rows.map(row => encoded.examples[row].response.length);
        return tokensOf(
          read(() => guidance.rewards(encoded, rows)),
          lengths,
        );
      });
    },
    add: samples => own?.add(samples),
    relearn: { every, from, until, learn: guidance.learn },
    part: guidance.part,
    dispose: guidance.dispose,
  };
}

/** All samples scored so far as lists: K that follow each other together, or all in one where K is 1. */
function scoredSamples(K: number): PreferenceSource<ResponsePolicy> & { add(scored: readonly ScoredSample[]): void } {
  let all: ScoredSample[] = [];
  return {
    name: "samples scored so far",
    listSize: K > 1 ? K : fitDefaults.listSize,
    add: scored => void all.push(...scored),
    next: async (): Promise<ListsTable> =>
      listsTable("trainWithSamples", {
        group: Int32Array.from(all, (_, n) => (K > 1 ? Math.floor(n / K) : 0)),
        order: all.map(({ score }) => -score),
        prompt: all.map(({ prompt }) => prompt),
        response: all.map(({ response }) => response),
        score: all.map(({ score }) => score),
      }),
    save: () => ({ all }),
    restore: state => void (all = (state as { all: ScoredSample[] }).all),
  };
}
