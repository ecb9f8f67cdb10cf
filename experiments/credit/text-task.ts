// Token credit on text: prompts, score and judge of a setting, and its LM.

import { loadRatedReviews } from "../../data/movie-reviews";
import { loadVaderLexicon } from "../../data/vader-lexicon";
import { type Checks, checkOptions, oneOf } from "../../src/core/options";
import { seeded } from "../../src/core/random";
import type { TextGuidance } from "../../src/guidance/text-guidance";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import type { LoadOptions } from "../../src/models/loading";
import { upperLayers } from "../../src/models/trainable";
import type { Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import type { SampleGuidanceTraining } from "../../src/training/samples/guidance";
import type { SampleTraining } from "../../src/training/samples/with-samples";
import { meanReward, ratingGuidance } from "./ratings";
import { isOf, type ReviewPart } from "./review-parts";
import { scoreGains, sentimentScore, wordCountScore } from "./scores";
import { type CreditSetting, checkCreditSetting } from "./text-settings";

/** Continuations of film reviews, scored as a whole. */
export interface CreditTask {
  setting: CreditSetting;
  /** Beginnings of reviews, to train on and to measure on. */
  prompts: string[];
  heldOut: string[];
  score: Score<Sample>;
  /** Options of `trainWithSamples` that all methods share. */
  training: Pick<SampleTraining, "samples" | "batchSize" | "updates" | "learningRate" | "sampling" | "clipNorm">;
  /** Token rewards: how they are learned from the samples that training has scored, or learned before. */
  guidance: SampleGuidanceTraining | Pick<TextGuidance, "rewards">;
  /** Token rewards as the score has them, a control. */
  oracle(lm: CausalLm): Pick<TextGuidance, "rewards">;
  /** The LM before training, for one run; the caller's to dispose. */
  loadLm(): Promise<CausalLm>;
  dispose(): void;
}

export interface CreditTaskOptions {
  /** Number format of the layers that do not train. Default "float32". */
  precision?: LoadOptions["precision"];
}

const taskChecks: Checks<CreditTaskOptions> = { precision: oneOf("float32", "bfloat16") };

/**
 * The task of a setting. With the score "ratings", guidance is learned here, by an LM of its own. The caller's to
 * dispose.
 *
 * Errors: those of `checkOptions` for setting and options; a model or data set that is missing.
 */
export async function creditTask(setting: CreditSetting, options: CreditTaskOptions = {}): Promise<CreditTask> {
  checkCreditSetting("creditTask", setting);
  checkOptions("creditTask", options, taskChecks);
  const { precision = "float32" } = options;
  const { model, fromLayer, before, promptWords, score } = setting;
  const beginnings = (part: ReviewPart) => {
    const reviews = loadRatedReviews({ keep: (_, id) => isOf(part, id) });
    const words = (reviews.array("text") as string[]).map(text => text.split(" "));
    const own = words.filter(({ length }) => length > promptWords);
    return [...new Set(own.map(words => before + words.slice(0, promptWords).join(" ")))];
  };
  const trains = upperLayers(fromLayer);
  const { samples, batchSize, updates, learningRate, tokens, learn, from, every } = setting;
  const sampling = { maxNewTokens: tokens, minNewTokens: tokens };
  const task = {
    setting,
    prompts: beginnings("train"),
    heldOut: beginnings("heldOut").slice(0, setting.heldOut),
    training: { samples, batchSize, updates, learningRate, sampling, clipNorm: 1 },
    loadLm: () => loadCausalLm(model, { precision, ...(precision === "bfloat16" && { float32: trains }) }),
  };
  if (score === "ratings") {
    const lm = await loadCausalLm(model, { precision });
    const how = { part: "train", reviews: setting.rated, learn, rng: seeded(0) } as const;
    const guidance = await ratingGuidance(lm, how);
    const dispose = () => {
      guidance.dispose();
      lm.dispose();
    };
    return { ...task, score: meanReward(guidance, lm), guidance, oracle: () => guidance, dispose };
  }
  const lexicon = loadVaderLexicon();
  const negative = [...lexicon].filter(([, valence]) => valence < 0).map(([word]) => word);
  const own = score === "sentiment" ? sentimentScore(lexicon) : wordCountScore(negative, -1);
  return {
    ...task,
    score: own,
    guidance: { learn, from, every, compare: "all" }, // the score does not depend on the prompt
    oracle: ({ tokenizer }) => scoreGains(own, tokenizer),
    dispose() {},
  };
}
