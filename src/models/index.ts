// `tw.models`: LMs as functions over published weights.

// Loading and creating
export { createCausalLm } from "./causal/load";
export { createMaskedLm } from "./masked/load";
export { createSeq2Seq } from "./seq2seq/load";
export { readMaskedConfig, type MaskedConfig } from "./masked/config";
export { readSeq2SeqConfig, type Seq2SeqConfig } from "./seq2seq/config";
export type { LoadOptions } from "./loading";
export type { CreateOptions } from "./random-weights";
export type { LowRank, Model } from "./model";
export type { CausalConfig } from "./causal/family";
export type { MaskedLm } from "./masked/forward";
export type { Seq2SeqLm } from "./seq2seq/forward";
export { fastBfloat16 } from "../backend/device";

// Forward passes
export {
  causalForward,
  causalStates,
  causalPromptStates,
  causalLogits,
  disposeCache,
  headRows,
  type Hidden,
} from "./causal/forward";
export type { PrefixCache } from "./causal/trunk";
export { maskedForward, maskedLogits, type MaskedInput } from "./masked/forward";
export { encodeSource, decodeTarget, seq2seqLogits, type Source } from "./seq2seq/forward";
export { embedSentences, sentenceVectors, type EmbedOptions } from "./masked/sentence-encoder";

// What trains
export { freeze, upperLayers, type Which } from "./trainable";
export { frozenCopy } from "./frozen-copy";
export type { LowRankOptions, LowRankUpdates } from "./low-rank";
export { loadLowRank, saveLowRank } from "./low-rank-files";
export { createMlp, type Mlp, type MlpOptions } from "./parts/mlp";

// For generation
export type { GenerativeModel, Decoding, DecodingOptions } from "./decoding";
