// The public API, `import * as tw from "tokenwise"`: the flow from preferences to a trained LM, in its order; and the
// rest, in namespaces named like their folders.

// Engine and randomness
export { selectBackend, currentEngine } from "./backend/select";
export { deviceReport } from "./backend/device";
export { seeded, type Rng } from "./core/random";

// Tables
export { readTable, writeTable } from "./tables/read-table";
export { fromDanfo, toDanfo } from "./tables/danfo";
export { loadFewShot } from "../data/few-shot";
export { loadSummaries, type LoadSummariesOptions, type Summaries } from "../data/summaries";

// Preferences: lists of candidates, best first
export { fromTable } from "./preferences/from-table";
export { fromPairs } from "./preferences/from-pairs";
export { fromChoices } from "./preferences/from-choices";
export { fromRatings } from "./preferences/from-ratings";
export { fromRanks } from "./preferences/from-ranks";
export { fromLabels } from "./preferences/from-labels";
export { audit } from "./preferences/audit";
export { givenLists, type PreferenceSource } from "./preferences/source";
export { rankSamples } from "./preferences/rank-samples";
export type { ListsTable } from "./preferences/lists-table";
export { type Score, promptScore } from "./preferences/score";
export { weightedSum } from "./preferences/weighted-sum";

// Language models
export { loadCausalLm } from "./models/causal/load";
export { loadMaskedLm } from "./models/masked/load";
export { loadSeq2Seq } from "./models/seq2seq/load";
export type { CausalLm } from "./models/causal/forward";
export { generate, generateStream } from "./generation/generate";
export { trainable } from "./models/trainable";
export { addLowRank } from "./models/low-rank";

// Guidance: a reward for every token
export { learnGuidance } from "./guidance/learn-guidance";
export type { LearnedGuidance } from "./guidance/learn";
export type { TextGuidance } from "./guidance/text-guidance";
export { type Aggregate, meanTokens, sumTokens, softMinTokens, softMaxTokens, lastToken } from "./guidance/aggregate";

// Objectives: loss terms
export { mle } from "./objectives/mle";
export { weightedMle } from "./objectives/weighted-mle";
export { reinforce } from "./objectives/reinforce";
export { kl } from "./objectives/kl";
export { negativeEntropy } from "./objectives/negative-entropy";
export { dpo } from "./objectives/dpo";
export { plackettLuceDpo } from "./objectives/plackett-luce-dpo";
export { tdpo } from "./objectives/tdpo";
export { clippedRatio } from "./objectives/clipped-ratio";
export { valueLoss } from "./objectives/value-loss";
export { scaled, type Objective, type TokenBatch } from "./objectives/objective";

// Policies and training
export { trainablePolicy } from "./policies/trainable-policy";
export { createPromptPolicy } from "./policies/prompt-policy";
export { createClassifier } from "./policies/classifier";
export { trainPromptPolicy, type PromptRow } from "./training/prompts/train-prompt-policy";
export { trainWithReferences } from "./training/with-references";
export { trainWithSamples } from "./training/samples/with-samples";
export { trainWithLists } from "./training/lists/with-lists";
export { trainPolicy, type PolicyRow } from "./training/train-policy";
export { adamW } from "./backend/adamw";
export { cosine, warmedUp } from "./training/schedules";
export { runLog, readRunLog } from "./training/run-log";
export { resumeFrom } from "./training/checkpoint";
export type { Completion } from "./training/completion";

// Evaluation
export { measureSamples } from "./evaluation/measure-samples";
export { rankPrompts, measurePrompts } from "./evaluation/prompts";
export { randomSearch } from "./evaluation/random-search";
export { methodTable } from "./evaluation/compare";
export { summaryTable } from "./evaluation/summaries";

// The rest
export * as tables from "./tables";
export * as preferences from "./preferences";
export * as guidance from "./guidance";
export * as objectives from "./objectives";
export * as credit from "./credit";
export * as models from "./models";
export * as policies from "./policies";
export * as generation from "./generation";
export * as training from "./training";
export * as evaluation from "./evaluation";
export * as metrics from "./metrics";
export * as figures from "./figures";
export * as text from "./text";
export * as weights from "./weights";
export * as hub from "./hub";
