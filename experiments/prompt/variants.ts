// The prompt-generation experiment: the variants it compares. Each changes one thing of a setting's training.

import { lastToken, softMaxTokens, softMinTokens, sumTokens } from "../../src/guidance/aggregate";
import type { LearnOptions } from "../../src/guidance/learn";
import { bandit, promptSettings, type Training } from "./settings";

/** Changes the options of training, or random search from the untrained policy with as many prompts scored. */
export type PromptVariant = ((training: Training) => Training) | "random search";

const withLearn =
  (change: Partial<LearnOptions>) =>
  (training: Training): Training => ({ ...training, learn: { ...training.learn, ...change } });

/** The variants by name, the most important first. With one seed, all but random search share the initial samples. */
export const promptVariants = {
  /** The setting as it is: token rewards, relearned every round, aggregated by mean · length, lists of K = 5. */
  guided: training => training,
  /** Every token has the reward of its whole prompt: the paper's baseline. */
  bandit,
  /** Guidance is learned once, from the initial samples; later samples only choose the best round. */
  fixed: training => ({ ...training, relearnRounds: 1 }),
  random: "random search",
  /** The paper's LM objective: raw rewards in REINFORCE and an entropy bonus; no baseline, KL or entropy floor. */
  "paper-form": training => ({
    ...training,
    objectives: promptSettings.paper.training.objectives,
    rewardUnit: "one",
    entropyFloor: 0,
  }),
  /** Shorter lists; K = 2 is Bradley–Terry. */
  "K=2": withLearn({ listSize: 2 }),
  "K=3": withLearn({ listSize: 3 }),
  /** The paper's other aggregations, at its temperature. */
  "soft-max": withLearn({ aggregate: softMaxTokens() }),
  "soft-min": withLearn({ aggregate: softMinTokens() }),
  /** Only last tokens' rewards are fitted to the order; the same network gives the others theirs. */
  "last-token": withLearn({ aggregate: lastToken() }),
  /** Prompts have one length, so this is `guided` up to rounding: it shows what rounding alone changes. */
  sum: withLearn({ aggregate: sumTokens() }),
} satisfies Record<string, PromptVariant>;

/** A name of `promptVariants`. */
export type PromptVariantName = keyof typeof promptVariants;
