import * as tf from "@tensorflow/tfjs-core";
import { type Rng, seeded } from "../src/core/random";
import type { Llama, LlamaConfig } from "../src/models/llama";
import { tokenizerFromGguf } from "../src/text/tokenizer";

const letters = [..."abcdefghijklmnopqrst"];

/** A byte-level BPE tokenizer as GGUF metadata; `Ġ` is a space. The words " good", " bad" and " so" are one token each. */
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
  vocabularySize: 54,
  contextLength: 48,
  ropeBase: 10000,
  normEpsilon: 1e-5,
};
export const feedForward = 24;

export interface Weight {
  /** [out, in] for a projection, query and key rows in the rotate-half order. */
  shape: number[];
  values: Float32Array;
}

/** Random weights by their names in a GGUF file. */
export function tinyWeights(seed = 0): Record<string, Weight> {
  const { width: D, heads: H, keyValueHeads: J, headWidth: C, vocabularySize: V, layers } = tinyConfig;
  const F = feedForward;
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

/** The model of these weights, put together by hand. Dispose after use. */
export function tinyLlama(weights = tinyWeights()): Llama {
  const tensor = (name: string) => tf.tensor(weights[name].values, weights[name].shape);
  const projection = (...names: string[]) =>
    tf.tidy(
      () =>
        tf.concat(
          names.map(name => tf.transpose(tensor(name))),
          1,
        ) as tf.Tensor2D,
    );
  const embedding_VD = tensor("token_embd.weight") as tf.Tensor2D;
  const norm_D = tensor("output_norm.weight") as tf.Tensor1D;
  const layers = Array.from({ length: tinyConfig.layers }, (_, i) => {
    const named = (part: string) => `blk.${i}.${part}.weight`;
    return {
      attentionNorm_D: tensor(named("attn_norm")) as tf.Tensor1D,
      queryKey: projection(named("attn_q"), named("attn_k")),
      value: projection(named("attn_v")),
      output: projection(named("attn_output")),
      feedForwardNorm_D: tensor(named("ffn_norm")) as tf.Tensor1D,
      gate: projection(named("ffn_gate")),
      up: projection(named("ffn_up")),
      down: projection(named("ffn_down")),
    };
  });
  return {
    name: "tiny",
    config: tinyConfig,
    tokenizer: tokenizerFromGguf(tinyTokenizer, "tiny"),
    embedding_VD,
    head_VD: embedding_VD,
    norm_D,
    layers,
    dispose: () => tf.dispose([embedding_VD, norm_D, ...layers.flatMap(layer => Object.values(layer))]),
  };
}
