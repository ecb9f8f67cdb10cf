// The public API, in the order in which an experiment uses it.

export { loadFewShot } from "../data/few-shot";
export { deviceReport, fastBfloat16 } from "./backend/device";
export { currentEngine, selectBackend } from "./backend/select";
export { tokenNll } from "./backend/token-nll";
export { lookUp } from "./core/gradients";
export { type Rng, seeded } from "./core/random";
export type { Schedule } from "./core/schedule";
export { type MethodResult, methodTable } from "./evaluation/compare";
export { measurePrompts, policyScore, type RankedPrompt, rankPrompts } from "./evaluation/prompts";
export { randomSearch } from "./evaluation/random-search";
export { bandit, budget, manualPrompts, promptSetting, promptSettings } from "./experiments/prompt";
export { comparison } from "./figures/comparison";
export { saveFigure } from "./figures/export";
export type { Figure } from "./figures/figure";
export { learningCurves } from "./figures/learning-curves";
export { tokenHeatmap } from "./figures/token-heatmap";
export { candidateTokens } from "./generation/candidates";
export { generate, generateStream } from "./generation/generate";
export type { Generated, GeneratedToken } from "./generation/generated";
export type { BeamSearch, GenerateOptions, Sampling } from "./generation/options";
export { sampleFreshPrompts, samplePrompts } from "./generation/sample-prompts";
export { lastToken, meanTokens, softMaxTokens, softMinTokens, sumTokens } from "./guidance/aggregate";
export { noBound, sigmoidBound, softplusBound } from "./guidance/bounds";
export { type LearnedGuidance, learnGuidance } from "./guidance/learn";
export { listwiseLoss } from "./guidance/listwise-loss";
export { pairwiseAgreement, spearman } from "./metrics/agreement";
export { accuracy } from "./metrics/classification";
export { type CausalLm, encode, encodePrompts, forward, headRows, logits } from "./models/causal";
export { loadCausalLm } from "./models/causal-lm";
export { type Classifier, classProbabilities, createClassifier, prepareTexts } from "./models/classifier";
export {
  createPromptPolicy,
  type PromptPolicy,
  promptFeatures,
  promptIds,
  promptStates,
  promptText,
} from "./models/prompt-policy";
export { kl } from "./objectives/kl";
export { negativeEntropy } from "./objectives/negative-entropy";
export { type Objective, scaled, type TokenBatch } from "./objectives/objective";
export { reinforce } from "./objectives/reinforce";
export { drawLists } from "./preferences/lists";
export { gapScore, promptScore, type Score } from "./preferences/score";
export { fewShot } from "./tables/few-shot";
export { readDelimited, readJsonLines } from "./tables/files";
export { runLog } from "./training/run-log";
export { geometric } from "./training/schedules";
export { type Row, type Trained, trainWithGuidance } from "./training/with-guidance";
