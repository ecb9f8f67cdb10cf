// `import * as experiments from "tokenwise/experiments"`: the paper's experiments, each with settings, a task made of a
// setting, runs of variants, and a dry run; and the recovery of known token rewards.

// Dry runs
export type { Check, Plan, Quantity } from "./lib/plan";

// Prompt generation (Section 3.1)
export { planPrompts } from "./prompt/plan";
export { type PromptRun, promptSearch } from "./prompt/run";
export { bandit, budget, manualPrompts, promptSetting, promptSettings } from "./prompt/settings";
export { loadPromptLm, type PromptTask, promptTask } from "./prompt/task";
export { type PromptVariantName, promptVariants } from "./prompt/variants";

// Summarization (Section 3.2)
export { leadNames, leadSummaries } from "./summarization/leads";
export { sampledPoints } from "./summarization/on-samples";
export { planSummarization } from "./summarization/plan";
export { type SummarizationRun, summarizationRun, type WrittenSummary } from "./summarization/run";
export { type SummarizationSetting, summarizationSetting, summarizationSettings } from "./summarization/settings";
export { type SummarizationTask, type SummarizationItem, summarizationTask } from "./summarization/task";
export { type SummarizationVariantName, summarizationVariants } from "./summarization/variants";

// Recovering known token rewards
export { rewardRecovery } from "./synthetic/reward-recovery";
export {
  matchingAggregate,
  type Recovery,
  type RecoveryRow,
  recoverRewards,
  recoveryGrid,
  sequenceScores,
  type SyntheticTask,
  syntheticTask,
} from "./synthetic/task";

// Token credit
export { loadRatedReviews } from "../data/movie-reviews";
export { loadVaderLexicon } from "../data/vader-lexicon";
export { type KnownDifference, knownDifferences } from "./credit/known-differences";
export {
  type KnownRewardMethod,
  type KnownRewardOptions,
  type KnownRewardRow,
  knownRewardMethods,
  knownRewardRun,
} from "./credit/known-rewards";
export { type KnownRewardSetting, knownRewardSetting, knownRewardSettings } from "./credit/known-settings";
export { differenceCurves } from "./credit/figures";
export { type Judge, encoderVectors, learnJudge, lmVectors, type TextVectors } from "./credit/judge";
export { type CreditMethodName, creditMethods } from "./credit/methods";
export { scoreGains, sentimentScore, type TextScore, textScore, wordCountScore } from "./credit/scores";
export { equalKlRows, type EqualKlRow, type KlScore } from "./credit/tables";
export { type CreditRun, creditRun } from "./credit/text-run";
export {
  type CreditScore,
  type CreditSetting,
  creditSetting,
  creditSettings,
  learningRateOf,
} from "./credit/text-settings";
export { type CreditTask, creditTask } from "./credit/text-task";
