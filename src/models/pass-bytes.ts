// How much memory a teacher-forced pass takes whose gradients are computed, from an LM's configuration alone.
// Local axes: M response tokens, N tokens that a layer computes, S those that each of them sees.

import { hasKernels } from "../backend/call";
import type { LmFacts } from "./lm-facts";

export interface PassSize {
  rows: number;
  contextTokens: number;
  responseTokens: number;
}

/** Numbers that a layer keeps for each of its tokens: of width D, of the heads' joint width H·C, of the feed-forward width F, and H·S of attention. */
type Kept = Record<"states" | "heads" | "wide" | "scores", number>;

/** As measured with the kernels of our own, and with those of tfjs (CUDA, WebAssembly, JavaScript). */
const kept: Record<"encoder" | "decoder" | "whole" | "onPrefix", [ours: Kept, plain: Kept]> = {
  encoder: [
    { states: 11, heads: 20, wide: 2.6, scores: 0.5 },
    { states: 23, heads: 20.5, wide: 2.8, scores: 2.9 },
  ],
  decoder: [
    { states: 6, heads: 17.5, wide: 1.9, scores: 5.5 },
    { states: 20, heads: 18, wide: 1.8, scores: 4.8 },
  ],
  whole: [
    { states: 6, heads: 4, wide: 3, scores: 0 },
    { states: 17, heads: 27.5, wide: 6, scores: 3 },
  ],
  onPrefix: [
    { states: 5.6, heads: 20, wide: 3, scores: 5 },
    { states: 16, heads: 37, wide: 6, scores: 5 },
  ],
};

/**
 * Bytes of float32 that a pass over so many answers takes at its peak: 4 · (Σ over layers of N · (a·D + b·H·C + c·F + d·H·S) + the work of one layer and of the
 * head, 4 to 6 · M·V), beside parameters. Of a decoder-only LM only the layers from `from` on run, over responses; with `from` 0 all of them, over contexts, too.
 * The numbers a, b, c, d are fits to what tensors took; test and docs/summarization.md say how close they come.
 */
export function passBytes(facts: LmFacts, { rows, contextTokens: P, responseTokens: T }: PassSize, from = 0): number {
  const { config, shapes } = facts;
  const { width: D, heads: H, vocabularySize: V } = config;
  const F = Math.max(...Object.entries(shapes).flatMap(([name, shape]) => (feedForward.test(name) ? shape : [])));
  const engine = hasKernels() ? 0 : 1;
  const HC = H * config.headWidth;
  const [M, head] = [rows * T, [4, 6][engine] * rows * T * V];
  const layer = (kind: keyof typeof kept, tokens: number, seen: number) => {
    const { states, heads, wide, scores } = kept[kind][engine];
    return tokens * (states * D + heads * HC + wide * F + scores * H * seen);
  };
  if (facts.kind === "decoder-only") {
    const N = from > 0 ? M : rows * (P + T);
    const layers = facts.config.layers - from;
    return 4 * (layers * layer(from > 0 ? "onPrefix" : "whole", N, P + T) + 6 * N * D + head);
  }
  const { encoderLayers, decoderLayers } = facts.config;
  const encoder = encoderLayers * layer("encoder", rows * P, P) + [6, 4][engine] * rows * H * P * P;
  return 4 * (encoder + decoderLayers * layer("decoder", M, P) + 15 * M * D + 7 * rows * H * T * T + head);
}

const feedForward = /(mlp|DenseReluDense)\.[^.]+\.weight$/;
