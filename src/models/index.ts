// `tw.models`: LMs as functions over published weights.

// Loading and making
export { createCausalLm } from "./causal/load";
export { createMaskedLm } from "./masked/load";
export { createSeq2Seq } from "./seq2seq/load";
export { readMaskedConfig, type MaskedConfig } from "./masked/config";
export { readSeq2SeqConfig, type Seq2SeqConfig } from "./seq2seq/config";
export type { LoadOptions } from "./loading";
export type { Model } from "./model";
export type { CausalConfig } from "./causal/family";
export type { MaskedLm } from "./masked/forward";
export type { Seq2SeqLm } from "./seq2seq/forward";
export { fastBfloat16 } from "../backend/device";

// Passes
export { causalForward, causalStates, causalPromptStates, causalLogits, headRows } from "./causal/forward";
export { maskedForward, maskedLogits, type MaskedInput } from "./masked/forward";
export { encodeSource, decodeTarget, seq2seqLogits, type Source } from "./seq2seq/forward";
export { embedSentences, sentenceVectors, type EmbedOptions } from "./masked/sentence-encoder";

// What trains
export { freeze } from "./trainable";
export { frozenCopy } from "./frozen-copy";
export type { LowRankUpdates } from "./low-rank";
export { loadLowRank, saveLowRank } from "./low-rank-files";
export { createMlp, type Mlp } from "./parts/mlp";

// What generation needs
export type { GenerativeModel, Decoding, DecodingOptions } from "./decoding";
