// The public API, in the order in which an experiment uses it.

export { loadFewShot } from "../data/few-shot";
export { type LoadSummariesOptions, loadSummaries, type Summaries } from "../data/summaries";
export {
  adamW,
  decayGroups,
  type Optimizer,
  type ParameterGroup,
  type Snapshot,
  type Step,
} from "./backend/adamw";
export { deviceReport, fastBfloat16 } from "./backend/device";
export { negativeEntropies } from "./backend/entropy";
export { currentEngine, selectBackend } from "./backend/select";
export { tokenNll } from "./backend/token-nll";
export { constant, lookUp } from "./core/gradients";
export { masked, maskedMean, rowMean } from "./core/masks";
export { reduceOnPlateau } from "./core/plateau";
export { type Rng, seeded } from "./core/random";
export type { Schedule } from "./core/schedule";
export { type MethodResult, methodTable } from "./evaluation/compare";
export { lead } from "./evaluation/lead";
export { measurePrompts, policyScore, type RankedPrompt, rankPrompts } from "./evaluation/prompts";
export { randomSearch } from "./evaluation/random-search";
export { runDifferences } from "./evaluation/run-differences";
export {
  meanScores,
  type ScoredMethod,
  type SummaryScores,
  scoreSummaries,
  summaryTable,
  validationScore,
} from "./evaluation/summaries";
export { ablationBars } from "./figures/ablation-bars";
export { agreement } from "./figures/agreement";
export { comparison } from "./figures/comparison";
export { drawFigure, type PictureFormat, type PictureSize } from "./figures/draw";
export { saveFigure } from "./figures/export";
export type { Figure } from "./figures/figure";
export { learningCurves } from "./figures/learning-curves";
export { preferenceAudit } from "./figures/preference-audit";
export { rewardByPosition } from "./figures/reward-by-position";
export { rewardRecovery } from "./figures/reward-recovery";
export { type RewardedText, rewardedText } from "./figures/rewarded-text";
export { type SideBySide, sideBySide } from "./figures/side-by-side";
export { tokenHeatmap } from "./figures/token-heatmap";
export { candidateTokens } from "./generation/candidates";
export { generate, generateStream } from "./generation/generate";
export type { Generated, GeneratedToken } from "./generation/generated";
export type { Input } from "./generation/job";
export type { BeamSearch, GenerateOptions, Sampling } from "./generation/options";
export { sampleFreshPrompts, samplePrompts } from "./generation/sample-prompts";
export {
  type Aggregate,
  hardMaxTokens,
  hardMinTokens,
  lastToken,
  meanTokens,
  softMaxTokens,
  softMinTokens,
  sumTokens,
} from "./guidance/aggregate";
export { noBound, sigmoidBound, softplusBound } from "./guidance/bounds";
export { fitRewards } from "./guidance/fit";
export { type LearnedGuidance, learnGuidance } from "./guidance/learn";
export { type ListwiseOptions, listwiseLoss } from "./guidance/listwise-loss";
export { centring, squaredRewards } from "./guidance/penalties";
export { createRewardModel, type Guidance, type RewardModel } from "./guidance/reward-model";
export { overSegments, segmentEnds } from "./guidance/segments";
export { learnTrunkGuidance } from "./guidance/trunk-guidance";
export { fetchFromHub, type HubOptions } from "./hub/hub";
export { type ResolvedModel, resolveModel } from "./hub/resolve-model";
export { pairwiseAgreement, spearman } from "./metrics/agreement";
export { type BertScoreOptions, bertScore } from "./metrics/bert-score";
export {
  type BootstrapDifference,
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMean,
  type Interval,
} from "./metrics/bootstrap";
export { accuracy } from "./metrics/classification";
export { distinct } from "./metrics/diversity";
export { krippendorffAlpha } from "./metrics/krippendorff";
export { type MeteorOptions, meteor, type Synonyms } from "./metrics/meteor";
export { porterStem } from "./metrics/porter-stem";
export { type Overlap, type Rouge, type RougeOptions, rouge } from "./metrics/rouge";
export { loadWordNet } from "./metrics/wordnet";
export { words } from "./metrics/words";
export type { CausalConfig } from "./models/causal/family";
export { type CausalLm, encode, encodePrompts, forward, headRows, logits } from "./models/causal/forward";
export { createCausalLm, loadCausalLm } from "./models/causal/load";
export type { Decoding, DecodingOptions, Generator } from "./models/decoding";
export { frozenCopy } from "./models/frozen-copy";
export type { LoadOptions } from "./models/loading";
export { addLowRank, type LowRankUpdates } from "./models/low-rank";
export { loadLowRank, saveLowRank } from "./models/low-rank-files";
export { type MaskedConfig, readMaskedConfig } from "./models/masked/config";
export { type MaskedInput, type MaskedLm, maskedForward, maskedLogits } from "./models/masked/forward";
export { createMaskedLm, loadMaskedLm } from "./models/masked/load";
export { type EmbedOptions, embedSentences, sentenceVectors } from "./models/masked/sentence-encoder";
export type { Model } from "./models/model";
export { createMlp, type Mlp } from "./models/parts/mlp";
export { readSeq2SeqConfig, type Seq2SeqConfig } from "./models/seq2seq/config";
export { decodeTarget, encodeSource, type Seq2SeqLm, type Source, seq2seqLogits } from "./models/seq2seq/forward";
export { createSeq2Seq, loadSeq2Seq } from "./models/seq2seq/load";
export { freeze, trainable } from "./models/trainable";
export { cacr } from "./objectives/cacr";
export { clippedRatio, clippedShare } from "./objectives/clipped-ratio";
export { dpo } from "./objectives/dpo";
export { gae } from "./objectives/gae";
export { genco, gencoTexts } from "./objectives/genco";
export { groupAdvantages, whitened } from "./objectives/group-advantages";
export { implicitRewards, pairMeasures } from "./objectives/implicit-rewards";
export { kl } from "./objectives/kl";
export { klShapedReward } from "./objectives/kl-shaped-reward";
export { lmPrior } from "./objectives/lm-prior";
export { meetInTheMiddle } from "./objectives/meet-in-the-middle";
export { mle } from "./objectives/mle";
export { negativeEntropy } from "./objectives/negative-entropy";
export { type Objective, scaled, type TokenBatch } from "./objectives/objective";
export { plackettLuceDpo } from "./objectives/plackett-luce-dpo";
export { reinforce } from "./objectives/reinforce";
export { supcon } from "./objectives/supcon";
export { tdpo } from "./objectives/tdpo";
export { evaluateTerms } from "./objectives/terms";
export { valueLoss } from "./objectives/value-loss";
export { weightedMle } from "./objectives/weighted-mle";
export { causalWholePolicy } from "./policies/causal-full";
export { type CausalResponseOptions, causalResponsePolicy } from "./policies/causal-upper-layers";
export { type Classifier, classProbabilities, createClassifier, prepareTexts } from "./policies/classifier";
export { type ContextStore, type ReadingOptions, readContexts } from "./policies/context-store";
export type { RereadingOptions } from "./policies/full-policy";
export {
  createPromptPolicy,
  type PromptPolicy,
  promptFeatures,
  promptIds,
  promptStates,
  promptText,
} from "./policies/prompt-policy";
export type { Answer, ReadAnswers, ResponseFeatures, ResponsePolicy, Taught } from "./policies/response-policy";
export { seq2seqResponsePolicy } from "./policies/seq2seq-full";
export { type AnnotatorAgreement, annotatorAgreement, majorityLists, ofAnnotators } from "./preferences/annotators";
export { audit, type PreferenceAudit } from "./preferences/audit";
export { beyondLength } from "./preferences/beyond-length";
export { fromLabels } from "./preferences/from-labels";
export { fromPairs } from "./preferences/from-pairs";
export { fromRanks } from "./preferences/from-ranks";
export { fromRatings } from "./preferences/from-ratings";
export { fromTable } from "./preferences/from-table";
export { drawLists, type RankedLists, splitLists } from "./preferences/lists";
export type { ListsTable, Message, Sequence } from "./preferences/lists-table";
export { meteorScore } from "./preferences/meteor-score";
export { numberLists } from "./preferences/number-lists";
export { rankSamples, type Sample } from "./preferences/rank-samples";
export { gapScore, promptScore, type Score } from "./preferences/score";
export { givenLists, type PreferenceSource } from "./preferences/source";
export { weightedSum } from "./preferences/weighted-sum";
export { fromDanfo, toDanfo } from "./tables/danfo";
export { fewShot } from "./tables/few-shot";
export { readDelimited, readJsonLines } from "./tables/files";
export { type ReadTableOptions, readTable, writeTable } from "./tables/read-table";
export {
  prepareSummaries,
  type SummaryOptions,
  type SummaryReport,
  splitSummaries,
} from "./tables/summaries";
export { type Bucketing, bucketByTokens, type Padded, padLeft, padRight } from "./text/batches";
export { type Encoded, encodeWithin } from "./text/encode-within";
export { chatInstruction, ended, type Instruction, instructed } from "./text/instructed";
export { sentences } from "./text/sentences";
export { createTokenizer, singleToken, type Tokenizer } from "./text/tokenizer";
export { latestCheckpoint, resume, type TrainingCheckpoint } from "./training/checkpoint";
export type { Completion } from "./training/completion";
export { closingTokens, exceptClosing, onlyClosing, type Pay, shuffledPay } from "./training/pay-controls";
export type { CheckpointOptions, Interruptible } from "./training/recorder";
export { type RunLog, readRunLog, runLog } from "./training/run-log";
export type { GuidanceFromSamples, Rated } from "./training/sample-guidance";
export { cosine, geometric, inverseSquareRoot, linear, stepwise, warmedUp } from "./training/schedules";
export { type MicroBatch, type PolicyRow, type PolicyTraining, trainPolicy } from "./training/train-policy";
export { type Row, type Trained, type TrainOptions, trainWithGuidance } from "./training/with-guidance";
export { type ReferenceTraining, trainWithReferences, updatesOf } from "./training/with-references";
export type { Checkpoint, StoredTensor } from "./weights/checkpoint";
export { openCheckpoint } from "./weights/open-checkpoint";
export { loadParameters, type Weights } from "./weights/parameters";
export { openSafetensors } from "./weights/safetensors";
export { saveCheckpoint } from "./weights/save-checkpoint";
export { writeSafetensors } from "./weights/write-safetensors";
