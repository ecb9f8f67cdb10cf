// Token credit on text: prompts, score and judge of a setting, and its LM.

import { loadRatedReviews } from "../../data/movie-reviews";
import { loadVaderLexicon } from "../../data/vader-lexicon";
import { type Checks, checkOptions, oneOf } from "../../src/core/options";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import type { LoadOptions } from "../../src/models/loading";
import { upperLayers } from "../../src/models/trainable";
import type { SampleGuidanceTraining } from "../../src/training/samples/guidance";
import type { SampleTraining } from "../../src/training/samples/with-samples";
import { sentimentScore, type TextScore, wordCountScore } from "./scores";
import { type CreditSetting, checkCreditSetting, penalizedWords } from "./text-settings";

/** Continuations of film reviews, scored as a whole. */
export interface CreditTask {
  setting: CreditSetting;
  /** Beginnings of reviews, to train on and to measure on. */
  prompts: string[];
  heldOut: string[];
  score: TextScore;
  /** Options of `trainWithSamples` that all methods share. */
  training: Pick<SampleTraining, "samples" | "batchSize" | "updates" | "learningRate" | "sampling" | "clipNorm">;
  /** How guidance is learned from the samples that training has scored. */
  guidance: SampleGuidanceTraining;
  /** The LM before training, for one run; the caller's to dispose. */
  loadLm(): Promise<CausalLm>;
}

export interface CreditTaskOptions {
  /** Number format of the layers that do not train. Default "float32". */
  precision?: LoadOptions["precision"];
}

const taskChecks: Checks<CreditTaskOptions> = { precision: oneOf("float32", "bfloat16") };

/** Reviews whose id is a multiple of this are held out; the toy LM was not trained on them either. */
export const heldOutEvery = 5;

/** The task of a setting. Errors: those of `checkOptions` for setting and options; a data set that is missing. */
export function creditTask(setting: CreditSetting, options: CreditTaskOptions = {}): CreditTask {
  checkCreditSetting("creditTask", setting);
  checkOptions("creditTask", options, taskChecks);
  const { precision = "float32" } = options;
  const { model, fromLayer, before, promptWords, score } = setting;
  const beginnings = (isHeldOut: boolean) => {
    const reviews = loadRatedReviews({ keep: (_, id) => (id % heldOutEvery === 0) === isHeldOut });
    const words = (reviews.array("text") as string[]).map(text => text.split(" "));
    const own = words.filter(({ length }) => length > promptWords);
    return [...new Set(own.map(words => before + words.slice(0, promptWords).join(" ")))];
  };
  const trains = upperLayers(fromLayer);
  const { samples, batchSize, updates, learningRate, tokens, learn, from, every } = setting;
  const sampling = { maxNewTokens: tokens, minNewTokens: tokens };
  return {
    setting,
    prompts: beginnings(false),
    heldOut: beginnings(true).slice(0, setting.heldOut),
    score: score === "sentiment" ? sentimentScore(loadVaderLexicon()) : wordCountScore(penalizedWords, -1),
    training: { samples, batchSize, updates, learningRate, sampling, clipNorm: 1 },
    guidance: { learn, from, every, compare: "all" }, // the score does not depend on the prompt
    loadLm: () => loadCausalLm(model, { precision, ...(precision === "bfloat16" && { float32: trains }) }),
  };
}
