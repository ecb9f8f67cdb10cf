// An estimate of the memory of a teacher-forced pass with its gradients, from an LM's configuration alone.

import { hasKernels } from "../backend/call";
import type { CausalConfig } from "./causal/family";
import type { LmFacts } from "./lm-facts";
import type { Seq2SeqConfig } from "./seq2seq/config";

/** The size of a pass, padding included. */
export interface PassSize {
  /** Examples in the pass. */
  rows: number;
  /** Tokens of each prompt. */
  contextTokens: number;
  /** Tokens of each response. */
  responseTokens: number;
}

/**
 * How many arrays a layer stores for the backward pass, by their numbers per token. They are fits to measured memory
 * and therefore fractions: temporary copies count as far as they coincide with the peak. The formula in
 * docs/summarization.md calls them a, b, c and d, in this order.
 */
interface StoredArrays {
  /** D numbers a token: the residual stream, norms, inputs and outputs of blocks. */
  residual: number;
  /** H·C numbers a token: queries, keys, values and attention outputs, with copies in other layouts. */
  projected: number;
  /** F numbers a token: the feed-forward layer, before and after its activation. */
  feedForward: number;
  /** H·S numbers a token, for the S tokens that it attends to: attention scores and weights. */
  attention: number;
}

type ByEngine<T> = Record<"ours" | "tfjs", T>;

/** Measured with our own kernels, and with those of tfjs (CUDA, WebAssembly, JavaScript). */
const stored: Record<"encoder" | "decoder" | "causal" | "causalOnPrefix", ByEngine<StoredArrays>> = {
  encoder: {
    ours: { residual: 11, projected: 20, feedForward: 2.6, attention: 0.5 },
    tfjs: { residual: 23, projected: 20.5, feedForward: 2.8, attention: 2.9 },
  },
  decoder: {
    ours: { residual: 6, projected: 17.5, feedForward: 1.9, attention: 5.5 },
    tfjs: { residual: 20, projected: 18, feedForward: 1.8, attention: 4.8 },
  },
  causal: {
    ours: { residual: 6, projected: 4, feedForward: 3, attention: 0 },
    tfjs: { residual: 17, projected: 27.5, feedForward: 6, attention: 3 },
  },
  causalOnPrefix: {
    ours: { residual: 5.6, projected: 20, feedForward: 3, attention: 5 },
    tfjs: { residual: 16, projected: 37, feedForward: 6, attention: 5 },
  },
};
/** Arrays of [response tokens, V] at the peak: logits, their softmax and gradients. */
const logitArrays: ByEngine<number> = { ours: 4, tfjs: 6 };
/** Arrays of [tokens, D] in the backward pass of a single layer, beside what all layers store. */
const [causalWork, seq2seqWork] = [6, 15];
/**
 * Arrays of [rows · H, P, P] and [rows · H, T, T] in the backward pass of a single layer of T5, its position bias
 * included.
 */
const encoderBiasArrays: ByEngine<number> = { ours: 6, tfjs: 4 };
const decoderBiasArrays = 7;

const bytesPerNumber = 4;

/**
 * Bytes of float32 at the peak of a pass, beside the parameters: what all layers store, the work of one layer, and the
 * logits. A decoder-only LM runs the layers from `fromLayer` on over the responses, or, with `fromLayer` 0, all layers
 * over prompts and responses. It came within 25 % of what tensors took (docs/summarization.md).
 */
export function passBytes(facts: LmFacts, size: PassSize, fromLayer = 0): number {
  const numbers =
    facts.kind === "decoder-only"
      ? causalNumbers(facts.config, feedForwardWidth(facts), size, fromLayer)
      : seq2seqNumbers(facts.config, feedForwardWidth(facts), size);
  return bytesPerNumber * numbers;
}

/** Numbers at the peak of a decoder-only LM's pass. */
function causalNumbers(config: CausalConfig, F: number, size: PassSize, fromLayer: number): number {
  const { rows, contextTokens: P, responseTokens: T } = size;
  const tokens = rows * (fromLayer > 0 ? T : P + T);
  const layers = config.layers - fromLayer;
  const layer = layerNumbers(fromLayer > 0 ? "causalOnPrefix" : "causal", config, F, tokens, P + T);
  return layers * layer + causalWork * tokens * config.width + logitNumbers(config, size);
}

/** Numbers at the peak of an encoder–decoder LM's pass: the encoder over prompts, the decoder over responses. */
function seq2seqNumbers(config: Seq2SeqConfig, F: number, size: PassSize): number {
  const { rows, contextTokens: P, responseTokens: T } = size;
  const { width: D, heads: H, encoderLayers, decoderLayers } = config;
  const encoder =
    encoderLayers * layerNumbers("encoder", config, F, rows * P, P) + encoderBiasArrays[engine()] * rows * H * P * P;
  const decoder = decoderLayers * layerNumbers("decoder", config, F, rows * T, P);
  const decoderWork = seq2seqWork * rows * T * D;
  return encoder + decoder + decoderWork + decoderBiasArrays * rows * H * T * T + logitNumbers(config, size);
}

/** Numbers that one layer stores of its tokens, each of which attends to `visible` tokens. */
function layerNumbers(
  kind: keyof typeof stored,
  { width: D, heads: H, headWidth: C }: CausalConfig | Seq2SeqConfig,
  F: number,
  tokens: number,
  visible: number,
): number {
  const { residual, projected, feedForward, attention } = stored[kind][engine()];
  return tokens * (residual * D + projected * (H * C) + feedForward * F + attention * H * visible);
}

const logitNumbers = ({ vocabularySize: V }: CausalConfig | Seq2SeqConfig, { rows, responseTokens: T }: PassSize) =>
  logitArrays[engine()] * rows * T * V;

/** F: the largest size among the feed-forward projections' shapes. */
const feedForwardWidth = ({ shapes }: LmFacts): number =>
  Math.max(...Object.entries(shapes).flatMap(([name, shape]) => (feedForwardProjection.test(name) ? shape : [])));

const feedForwardProjection = /(mlp|DenseReluDense)\.[^.]+\.weight$/;

const engine = () => (hasKernels() ? "ours" : "tfjs");
