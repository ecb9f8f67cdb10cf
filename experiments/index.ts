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
