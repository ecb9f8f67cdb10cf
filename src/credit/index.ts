// `tw.credit`: what a token of a sample is worth in the update.

// From scores of whole responses
export { groupAdvantage, lastTokenScore, leaveOneOut, uniformScore } from "./scored";

// From a value head
export { generalizedAdvantage } from "./generalized-advantage";

// From a guidance
export { sequenceReward, tokenReward } from "./learned";

// Moved among the tokens of a response
export { attentionRedistributed, segmented, type SegmentEnds } from "./redistributed";

// Made of others
export { finishedOnly, klShaped, mixture, rewardToGo, standardized } from "./combined";

// What a credit of your own is made of
export type { Credit, CreditBatch, CreditField } from "./credit";
