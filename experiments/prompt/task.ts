// The prompt-generation experiment: its task, from a loaded LM, a setting and a split of the reviews.

import { loadFewShot } from "../../data/few-shot";
import { anything, type Checks, checkOptions } from "../../src/core/options";
import type { Rng } from "../../src/core/random";
import { candidateTokens } from "../../src/generation/candidates";
import type { CausalLm } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import type { LoadOptions } from "../../src/models/loading";
import { type Classifier, createClassifier } from "../../src/policies/classifier";
import { createPromptPolicy, type PromptPolicy } from "../../src/policies/prompt-policy";
import type { Example } from "../../src/preferences/score";
import type { FewShot } from "../../src/tables/few-shot";
import { seedCheck } from "../lib/checks";
import { checkPromptSetting } from "./check-setting";
import type { PromptSetting } from "./settings";

/** Classification by prompts: the LM, the examples and the vocabulary of prompts. */
export interface PromptTask {
  lm: CausalLm;
  setting: PromptSetting;
  reviews: FewShot;
  /** The LM as a classifier by the setting's verbalizers. */
  classifier: Classifier;
  /** Examples that every prompt of the search is scored on: the first of the few-shot training set. */
  searchExamples: Example[];
  /** Examples that the finalists are ranked on: the rest of the training set, and the validation set. */
  rankingExamples: Example[];
  test: Example[];
  /** Token ids of the vocabulary of prompts, chosen by the few-shot texts without their labels. */
  candidates(rng: Rng, onProgress?: (done: number, total: number) => void): Promise<number[]>;
  /** An untrained policy; the caller's to dispose. */
  newPolicy(candidates: readonly number[], rng: Rng): PromptPolicy;
}

export interface PromptTaskOptions {
  /** Number of the random split of the film reviews. Default 0. */
  split?: number;
  /** Labelled texts that replace the film reviews. */
  reviews?: FewShot;
}

const taskChecks: Checks<PromptTaskOptions> = { split: seedCheck, reviews: anything };

/**
 * Loads the setting's LM; the caller's to dispose. Errors: those of `checkOptions` for the setting and of
 * `loadCausalLm`.
 */
export async function loadPromptLm(setting: PromptSetting, options?: LoadOptions): Promise<CausalLm> {
  checkPromptSetting("loadPromptLm", setting);
  return loadCausalLm(setting.model ?? "smollm2-135m", options);
}

/**
 * The task of a setting. Errors: those of `checkOptions` for setting and options, `loadFewShot` and `createClassifier`.
 */
export function promptTask(lm: CausalLm, setting: PromptSetting, options: PromptTaskOptions = {}): PromptTask {
  checkPromptSetting("promptTask", setting);
  checkOptions("promptTask", options, taskChecks);
  const { split = 0, reviews = filmReviews(lm, setting, split) } = options;
  const [train, valid, test] = [reviews.train, reviews.valid, reviews.test].map(part => part.objects() as Example[]);
  const texts = [...train, ...valid].map(({ text }) => text);
  const { verbalizers, searchExamples, promptTokens, adaptorWidth } = setting;
  const context = [0, ...lm.tokenizer.encode(setting.context)]; // id 0 starts a text, as in `createClassifier`
  return {
    lm,
    setting,
    reviews,
    classifier: createClassifier(lm, { verbalizers }),
    searchExamples: train.slice(0, searchExamples),
    rankingExamples: [...train.slice(searchExamples), ...valid],
    test,
    candidates: (rng, onProgress) => candidateTokens(lm, texts, { size: setting.candidates, rng, onProgress }),
    newPolicy: (candidates, rng) => createPromptPolicy(lm, { candidates, promptTokens, adaptorWidth, context, rng }),
  };
}

function filmReviews(lm: CausalLm, setting: PromptSetting, split: number): FewShot {
  const { shots, testSize, reviewTokens, everyReview = 1 } = setting;
  const keep = (text: string, id: number) => {
    const tokens = lm.tokenizer.encode(text).length;
    return tokens >= reviewTokens.least && tokens <= reviewTokens.most && id % everyReview === 0;
  };
  return loadFewShot("movie-reviews", { shots, split, testSize, keep });
}
