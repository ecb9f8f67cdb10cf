// The prompt-generation experiment: what is compared with what. Each variant changes one thing of a setting's training.

import { lastToken, softMaxTokens, softMinTokens, sumTokens } from "../../src/guidance/aggregate";
import type { LearnOptions } from "../../src/guidance/learn";
import { bandit, promptSettings, type Training } from "./settings";

/** A training made of the setting's own, or random search from the untrained policy with as many evaluations. */
export type PromptVariant = ((training: Training) => Training) | "random search";

const learning =
  (change: Partial<LearnOptions>) =>
  (training: Training): Training => ({ ...training, learn: { ...training.learn, ...change } });

/** The variants by their names, those first that matter most. All but random search share the seed's initial samples. */
export const promptVariants = {
  /** The setting as it is: token rewards, relearned every round, mean · length, K = 5. */
  guided: training => training,
  /** Every token is paid its whole prompt's reward: the paper's baseline. */
  bandit,
  /** The guidance is learned once, from the initial samples; later ones only choose the round that is kept. */
  fixed: training => ({ ...training, relearnRounds: 1 }),
  random: "random search",
  /** The paper's LM objective: raw rewards in REINFORCE and an entropy bonus, without our centring, KL and entropy floor. */
  "paper-form": training => ({
    ...training,
    objectives: promptSettings.paper.training.objectives,
    rewardUnit: "one",
    entropyFloor: 0,
  }),
  /** Shorter lists; K = 2 is Bradley–Terry. */
  "K=2": learning({ listSize: 2 }),
  "K=3": learning({ listSize: 3 }),
  /** The paper's other aggregations, at its temperature. */
  "soft-max": learning({ aggregate: softMaxTokens() }),
  "soft-min": learning({ aggregate: softMinTokens() }),
  /** Only the last token's reward is learned from the order; the others are paid what the same network gives them. */
  "last-token": learning({ aggregate: lastToken() }),
  /** For prompts of one length the sum is mean · length: `guided` up to rounding, which shows what rounding alone changes. */
  sum: learning({ aggregate: sumTokens() }),
} satisfies Record<string, PromptVariant>;

export type PromptVariantName = keyof typeof promptVariants;
