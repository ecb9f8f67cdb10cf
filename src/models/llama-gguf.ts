// Llama-family weights from a GGUF file.

import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { tokenizerFromGguf } from "../text/gguf-tokenizer";
import type { CausalLm } from "./causal";
import { causalLm } from "./causal-lm";
import { type GgufFile, openGguf } from "./gguf";
import { type LlamaConfig, llamaFamily, llamaShapes } from "./llama";
import type { Weights } from "./model";

export interface LlamaOptions {
  /** Precision of the projections; "bfloat16" serves frozen models. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** Told of progress: tensors loaded, tensors in all. */
  onProgress?: (done: number, total: number) => void;
}

const stored: [RegExp, string][] = [
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^lm_head/, "output"],
  [/^model\.layers/, "blk"],
  [/input_layernorm/, "attn_norm"],
  [/post_attention_layernorm/, "ffn_norm"],
  [/self_attn\.o_proj/, "attn_output"],
  [/self_attn\.([qkv])_proj/, "attn_$1"],
  [/mlp\.(\w+)_proj/, "ffn_$1"],
];

/**
 * Loads a Llama-family model. The caller owns it (`dispose`).
 *
 * Errors: all of `openGguf`; another architecture; scaled rotary positions; a missing or misshapen tensor.
 */
export async function loadLlama(
  file: string,
  { precision = "float32", onProgress }: LlamaOptions = {},
): Promise<CausalLm> {
  const source = await openGguf(file);
  const weights: Weights = {};
  try {
    const where = path.basename(file);
    const config = readConfig(source, where);
    const shapes = Object.entries(llamaShapes(config));
    for (const [i, [published, shape]] of shapes.entries()) {
      const name = stored.reduce((name, [from, to]) => name.replace(from, to), published);
      const found = source.tensors.get(name);
      if (!found || `${found.shape}` !== `${shape}`)
        fail(
          where,
          `tensor ${name} ${found ? `has shape [${found.shape}]` : "is missing"}`,
          `A Llama of this size needs [${shape}].`,
        );
      weights[published] = tf.tidy(() => {
        const x = tf.tensor(found!.read(), shape);
        const { headWidth: C } = config;
        // llama.cpp stores query and key rows with the two halves of each head interleaved
        const rows = /attn_[qk]\./.test(name)
          ? tf.reshape(tf.transpose(tf.reshape(x, [-1, C / 2, 2, config.width]), [0, 2, 1, 3]), shape)
          : x;
        return precision === "bfloat16" && /_proj/.test(published) ? toBfloat16(rows) : rows;
      });
      onProgress?.(i + 1, shapes.length);
    }
    const tokenizer = tokenizerFromGguf(source.metadata, where);
    return causalLm({ name: where, config, family: llamaFamily(config), weights, tokenizer });
  } catch (error) {
    tf.dispose(Object.values(weights));
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
    rope: { base: number("rope.freq_base", 10000) },
    feedForward: tensors.get("blk.0.ffn_gate.weight")?.shape[0] ?? 0,
    tied: !tensors.has("output.weight"),
    attentionBias: false,
    feedForwardBias: false,
    endTokens: [metadata["tokenizer.ggml.eos_token_id"] ?? []].flat() as number[],
    normEpsilon: number("attention.layer_norm_rms_epsilon"),
  };
}
