// `tw.evaluation`: evaluation beyond the tables of methods.

// Prompts
export { policyScore, type RankedPrompt } from "./prompts";
export type { MethodResult } from "./compare";

// Summaries
export { scoreSummaries, type SummaryScores, type ScoredMethod, meanScores, validationScore } from "./summaries";
export { leadSentences } from "./lead";

// Runs
export { runDifferences } from "./run-differences";
