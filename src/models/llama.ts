// Llama-family weights from a GGUF file: grouped-query attention, rotary positions, RMSNorm, SwiGLU, tied or untied head.

import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { type Tokenizer, tokenizerFromGguf } from "../text/tokenizer";
import { type GgufFile, openGguf } from "./gguf";

export interface LlamaConfig {
  layers: number;
  width: number;
  heads: number;
  keyValueHeads: number;
  headWidth: number;
  vocabularySize: number;
  contextLength: number;
  ropeBase: number;
  normEpsilon: number;
}

/** Projections are [in, out], so that no engine has to transpose them in a product. */
export interface LlamaLayer {
  attentionNorm_D: tf.Tensor1D;
  /** Query and key heads side by side, in the rotate-half order. */
  queryKey: tf.Tensor2D;
  value: tf.Tensor2D;
  output: tf.Tensor2D;
  feedForwardNorm_D: tf.Tensor1D;
  gate: tf.Tensor2D;
  up: tf.Tensor2D;
  down: tf.Tensor2D;
}

export interface Llama {
  name: string;
  config: LlamaConfig;
  tokenizer: Tokenizer;
  embedding_VD: tf.Tensor2D;
  /** The embedding itself where the head is tied. */
  head_VD: tf.Tensor2D;
  norm_D: tf.Tensor1D;
  layers: LlamaLayer[];
  dispose(): void;
}

export interface LlamaOptions {
  /** Precision of the projections; "bfloat16" serves frozen models. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** Told of progress: tensors loaded, tensors in all. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Loads a Llama-family model. The caller owns it (`dispose`).
 *
 * Errors: all of `openGguf`; another architecture; scaled rotary positions; a missing or misshapen tensor.
 */
export async function loadLlama(
  file: string,
  { precision = "float32", onProgress }: LlamaOptions = {},
): Promise<Llama> {
  const source = await openGguf(file);
  const owned: tf.Tensor[] = [];
  try {
    const where = path.basename(file);
    const config = readConfig(source, where);
    const { width: D, heads: H, keyValueHeads: J, headWidth: C } = config;
    let done = 0;
    const tensor = <T extends tf.Tensor>(name: string, shape: number[], shaped = (x: tf.Tensor) => x): T => {
      const found = source.tensors.get(name);
      if (!found || `${found.shape}` !== `${shape}`)
        fail(
          where,
          `tensor ${name} ${found ? `has shape [${found.shape}]` : "is missing"}`,
          `A Llama of this size needs [${shape}].`,
        );
      onProgress?.(++done, source.tensors.size);
      return tf.tidy(() => shaped(tf.tensor(found!.read(), shape))) as T;
    };
    const own = <T extends tf.Tensor>(x: T): T => {
      owned.push(x);
      return x;
    };
    const projection = (make: () => tf.Tensor2D) =>
      own(precision === "bfloat16" ? tf.tidy(() => toBfloat16(make())) : make());
    const transposed = (name: string, outs: number, ins: number) =>
      tensor<tf.Tensor2D>(name, [outs, ins], x => tf.transpose(x));
    // llama.cpp stores query and key rows with the two halves of each head interleaved
    const halves = (name: string, heads: number) =>
      tensor<tf.Tensor2D>(name, [heads * C, D], x =>
        tf.reshape(tf.transpose(tf.reshape(x, [heads, C / 2, 2, D]), [3, 0, 2, 1]), [D, heads * C]),
      );

    const embedding_VD = own(tensor<tf.Tensor2D>("token_embd.weight", [config.vocabularySize, D]));
    const untied = source.tensors.has("output.weight");
    const head_VD = untied ? own(tensor<tf.Tensor2D>("output.weight", [config.vocabularySize, D])) : embedding_VD;
    const norm_D = own(tensor<tf.Tensor1D>("output_norm.weight", [D]));
    const F = source.tensors.get("blk.0.ffn_gate.weight")?.shape[0] ?? 0;
    const layers = Array.from({ length: config.layers }, (_, i) => {
      const named = (part: string) => `blk.${i}.${part}.weight`;
      return {
        attentionNorm_D: own(tensor<tf.Tensor1D>(named("attn_norm"), [D])),
        queryKey: projection(() =>
          tf.tidy(() => tf.concat([halves(named("attn_q"), H), halves(named("attn_k"), J)], 1)),
        ),
        value: projection(() => transposed(named("attn_v"), J * C, D)),
        output: projection(() => transposed(named("attn_output"), D, H * C)),
        feedForwardNorm_D: own(tensor<tf.Tensor1D>(named("ffn_norm"), [D])),
        gate: projection(() => transposed(named("ffn_gate"), F, D)),
        up: projection(() => transposed(named("ffn_up"), F, D)),
        down: projection(() => transposed(named("ffn_down"), D, F)),
      };
    });
    const tokenizer = tokenizerFromGguf(source.metadata, where);
    const dispose = () => tf.dispose(owned);
    return { name: where, config, tokenizer, embedding_VD, head_VD, norm_D, layers, dispose };
  } catch (error) {
    tf.dispose(owned);
    throw error;
  } finally {
    source.close();
  }
}

function readConfig({ metadata, tensors }: GgufFile, where: string): LlamaConfig {
  const architecture = metadata["general.architecture"];
  if (architecture !== "llama")
    fail(where, `its architecture is "${architecture}"`, 'Use a model of architecture "llama".');
  if (tensors.has("rope_freqs.weight") || !["none", undefined].includes(metadata["llama.rope.scaling.type"] as string))
    fail(where, "its rotary positions are scaled", "Use a model with plain rotary positions.");
  const number = (key: string, fallback?: number): number => {
    const value = metadata[`llama.${key}`] ?? fallback;
    if (typeof value !== "number" || !(value > 0))
      fail(where, `llama.${key} is ${value}`, "The metadata must give a positive number.");
    return value as number;
  };
  const width = number("embedding_length");
  const heads = number("attention.head_count");
  return {
    layers: number("block_count"),
    width,
    heads,
    keyValueHeads: number("attention.head_count_kv", heads),
    headWidth: number("rope.dimension_count", width / heads),
    vocabularySize: tensors.get("token_embd.weight")?.shape[0] ?? 0,
    contextLength: number("context_length"),
    ropeBase: number("rope.freq_base", 10000),
    normEpsilon: number("attention.layer_norm_rms_epsilon"),
  };
}
