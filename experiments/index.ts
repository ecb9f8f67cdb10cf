// The paper's experiments, as notebooks import them from "tokenwise/experiments": settings, runs, and what a run needs.

// Plans
export type { Check, Plan, Quantity } from "./lib/plan";

// Prompt generation (Section 3.1)
export { planPrompts } from "./prompt/plan";
export { type PromptRun, promptSearch } from "./prompt/run";
export { bandit, budget, manualPrompts, promptSetting, promptSettings } from "./prompt/settings";
export { loadPromptLm, type PromptTask, promptTask } from "./prompt/task";
export { type PromptVariantName, promptVariants } from "./prompt/variants";

// Summarization (Section 3.2)
export { leadNames, leadSummaries } from "./summarization/leads";
export { planSummarization } from "./summarization/plan";
export { type SummarizationRun, summarizationRun, type WrittenSummary } from "./summarization/run";
export { type SummarizationSetting, summarizationSetting, summarizationSettings } from "./summarization/settings";
export { type SummarizationTask, type SummaryItem, summarizationTask } from "./summarization/task";
export { type SummaryVariantName, summaryVariants } from "./summarization/variants";

// Token rewards that are known
export { recoveryGrid, recoverRewards, matchingAggregate, syntheticTask, sequenceScores } from "./synthetic/task";
