// A GGUF file of the Llama family as a checkpoint with published names, rows in the published order, and Transformers'
// configuration.

import * as path from "node:path";
import { fail } from "../core/errors";
import { ggufTokenizerConfig, ggufTokenizerDefinition } from "../text/gguf-tokenizer";
import type { Checkpoint, StoredTensor } from "./checkpoint";
import { type GgufFile, openGguf } from "./gguf";

/** Published names, by names in the file, of tensors outside the layers and of those in a layer. */
const outer: Record<string, string> = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
};
const inner: Record<string, string> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** The published name of a tensor; unknown names stay unchanged. */
function publishedName(name: string): string {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const names = layer === undefined ? outer : inner;
  if (part === undefined || !Object.hasOwn(names, part)) return name;
  return `${layer === undefined ? "" : `model.layers.${layer}.`}${names[part]}.${kind}`;
}

/**
 * Opens a GGUF file of architecture "llama". Close it after use.
 *
 * Errors: those of `openGguf` and `ggufTokenizerDefinition`; another architecture; scaled or partial rotary positions;
 * missing numbers in the metadata.
 */
export async function openGgufCheckpoint(file: string): Promise<Checkpoint> {
  const where = path.basename(file);
  const source = await openGguf(file);
  try {
    const config = llamaConfig(source, where);
    const tensors = new Map<string, StoredTensor>();
    for (const tensor of source.tensors.values()) {
      const name = publishedName(tensor.name);
      const heads = rotatedHeads(name, config);
      const read = heads ? () => halvesTogether(tensor.read(), heads, tensor.shape) : tensor.read;
      tensors.set(name, { ...tensor, name, read });
    }
    const { metadata, close } = source;
    const tokenizer = ggufTokenizerDefinition(metadata, where);
    return { where, config, tensors, tokenizer, tokenizerConfig: ggufTokenizerConfig(metadata), close };
  } catch (error) {
    source.close();
    throw error;
  }
}

function llamaConfig({ metadata, tensors }: GgufFile, where: string) {
  const architecture = metadata["general.architecture"];
  if (architecture !== "llama")
    fail(where, `its architecture is ${JSON.stringify(architecture)}`, 'Use a model of architecture "llama".');
  if (tensors.has("rope_freqs.weight") || !["none", undefined].includes(metadata["llama.rope.scaling.type"] as string))
    fail(where, "its rotary positions are scaled", "Use a model with plain rotary positions.");
  const number = (key: string, fallback?: number): number => {
    const value = metadata[key] ?? fallback;
    if (typeof value === "number" && value > 0 && value < Infinity) return value;
    return fail(where, `${key} is ${JSON.stringify(value)}`, "The metadata must give a positive number.");
  };
  const whole = (key: string, fallback?: number): number => {
    const value = number(key, fallback);
    if (Number.isSafeInteger(value)) return value;
    return fail(where, `${key} is ${value}`, "The metadata must give a whole number.");
  };
  const width = whole("llama.embedding_length");
  const heads = whole("llama.attention.head_count");
  const turned = metadata["llama.rope.dimension_count"];
  const headWidth = whole("llama.attention.key_length", typeof turned === "number" ? turned : width / heads);
  if (turned !== undefined && turned !== headWidth)
    fail(
      where,
      `rotary positions rotate ${turned} of a head's ${headWidth} values`,
      "Use a model that rotates all of them.",
    );
  const token = (name: string) => metadata[`tokenizer.ggml.${name}_token_id`] ?? null;
  return {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    hidden_size: width,
    num_hidden_layers: whole("llama.block_count"),
    num_attention_heads: heads,
    num_key_value_heads: whole("llama.attention.head_count_kv", heads),
    head_dim: headWidth,
    intermediate_size: whole("llama.feed_forward_length"),
    rms_norm_eps: number("llama.attention.layer_norm_rms_epsilon"),
    rope_theta: number("llama.rope.freq_base", 10000),
    max_position_embeddings: whole("llama.context_length"),
    vocab_size: tensors.get("token_embd.weight")?.shape[0] ?? 0,
    tie_word_embeddings: !tensors.has("output.weight"),
    attention_bias: tensors.has("blk.0.attn_output.bias"),
    bos_token_id: token("bos"),
    eos_token_id: token("eos"),
  };
}

/** Number of heads of a query or key projection; undefined for other tensors. */
function rotatedHeads(name: string, config: { num_attention_heads: number; num_key_value_heads: number }) {
  if (name.includes(".self_attn.q_proj.")) return config.num_attention_heads;
  return name.includes(".self_attn.k_proj.") ? config.num_key_value_heads : undefined;
}

/** Restores the order of rows, in place: llama.cpp interleaves the two halves of a head, 0, C/2, 1, C/2 + 1, … */
function halvesTogether(values: Float32Array, heads: number, shape: number[]): Float32Array {
  const C = shape[0] / heads;
  if (C === 0 || C % 2 !== 0) return values; // a wrong shape, which loadParameters reports
  const D = values.length / shape[0];
  const stored = new Float32Array(C * D);
  for (let head = 0; head < heads; head++) {
    const rows = values.subarray(head * C * D, (head + 1) * C * D);
    stored.set(rows);
    for (let c = 0; c < C; c++) {
      const row = (c >> 1) + (c & 1 ? C / 2 : 0);
      rows.set(stored.subarray(c * D, (c + 1) * D), row * D);
    }
  }
  return values;
}
