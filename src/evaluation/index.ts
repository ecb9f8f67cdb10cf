// `tw.evaluation`: evaluation beyond the tables of methods.

// Prompts
export { policyScore, type RankedPrompt, type RankOptions } from "./prompts";
export type { RandomSearchOptions } from "./random-search";
export type { MethodResult } from "./compare";

// Samples
export type { MeasuredSamples, MeasureSamplesOptions } from "./measure-samples";
export { compareSamples } from "./sample-measures";

// Summaries
export {
  scoreSummaries,
  type SummaryScores,
  type ScoredMethod,
  type SummaryTableOptions,
  meanScores,
  validationScore,
} from "./summaries";
export { leadSentences } from "./lead";

// Runs
export { runDifferences, type RunDifferenceOptions } from "./run-differences";
