import * as tf from "@tensorflow/tfjs-core";
import { type Rng, seeded } from "../src/core/random";
import type { CausalLm } from "../src/models/causal/forward";
import { type LlamaConfig, llama } from "../src/models/causal/llama";
import { causalLm } from "../src/models/causal/load";
import { tokenizerFromGguf } from "../src/text/gguf-tokenizer";

const letters = [..."abcdefghijklmnopqrst"];

/**
 * A byte-level BPE tokenizer as GGUF metadata; `Ġ` is a space. The words " good", " bad" and " so" are one token each.
 */
export const tinyTokenizer = {
  "tokenizer.ggml.model": "gpt2",
  "tokenizer.ggml.pre": "smollm",
  "tokenizer.ggml.tokens": [
    ...["<|endoftext|>", ...letters, "Ġ", ..."012", ".", "Ã", "©"],
    ...letters.map(letter => `Ġ${letter}`),
    ...["Ġgo", "od", "Ġgood", "Ġba", "Ġbad", "Ġso"],
  ],
  "tokenizer.ggml.merges": [
    ...letters.map(letter => `Ġ ${letter}`),
    ...["Ġg o", "o d", "Ġgo od", "Ġb a", "Ġba d", "Ġs o"],
  ],
  "tokenizer.ggml.token_type": Array.from({ length: 54 }, (_, id) => (id === 0 ? 3 : 1)),
};

export const tinyConfig: LlamaConfig = {
  layers: 2,
  width: 16,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  feedForward: 24,
  vocabularySize: 54,
  contextLength: 48,
  rope: { base: 10000 },
  normEpsilon: 1e-5,
  tied: true,
  attentionBias: false,
  feedForwardBias: false,
  endTokens: [0],
};

export interface Weight {
  /** [out, in] for a projection, query and key rows in the rotate-half order. */
  shape: number[];
  values: Float32Array;
}

/** Random weights by their names in a GGUF file. */
export function tinyWeights(seed = 0): Record<string, Weight> {
  const { width: D, heads: H, keyValueHeads: J, headWidth: C, feedForward: F, vocabularySize: V, layers } = tinyConfig;
  const normals = (rng: Rng, shape: number[], mean: number, deviation: number): Weight => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => mean + deviation * rng.normal()),
  });
  const shapes: Record<string, number[]> = { "token_embd.weight": [V, D], "output_norm.weight": [D] };
  for (let i = 0; i < layers; i++)
    for (const [part, shape] of Object.entries({
      attn_norm: [D],
      attn_q: [H * C, D],
      attn_k: [J * C, D],
      attn_v: [J * C, D],
      attn_output: [D, H * C],
      ffn_norm: [D],
      ffn_gate: [F, D],
      ffn_up: [F, D],
      ffn_down: [D, F],
    }))
      shapes[`blk.${i}.${part}.weight`] = shape;
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const [mean, deviation] = shape.length === 1 ? [1, 0.1] : name.startsWith("token") ? [0, 0.35] : [0, 0.4];
      return [name, normals(seeded(seed).split(name), shape, mean, deviation)];
    }),
  );
}

const published: [RegExp, string][] = [
  [/^token_embd/, "model.embed_tokens"],
  [/^output_norm/, "model.norm"],
  [/^blk\./, "model.layers."],
  [/attn_norm/, "input_layernorm"],
  [/ffn_norm/, "post_attention_layernorm"],
  [/attn_output/, "self_attn.o_proj"],
  [/attn_([qkv])/, "self_attn.$1_proj"],
  [/ffn_(\w+)/, "mlp.$1_proj"],
];

/** The model of these weights. Dispose after use. */
export function tinyLlama(weights = tinyWeights()): CausalLm {
  const named = Object.entries(weights).map(([name, { shape, values }]) => [
    published.reduce((name, [from, to]) => name.replace(from, to), name),
    tf.tensor(values, shape),
  ]);
  const tokenizer = tokenizerFromGguf(tinyTokenizer, "tiny");
  return causalLm("tiny", tinyConfig, llama.family(tinyConfig), Object.fromEntries(named), () => tokenizer);
}
