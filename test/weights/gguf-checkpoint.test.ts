import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openGgufCheckpoint } from "../../src/weights/gguf-checkpoint";
import { type FileTensor, fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { temporaryFile } from "../temporary";
import { tinyConfig, tinyTokenizer, tinyWeights } from "../tiny-llama";

const weights = tinyWeights();
const tensors = fileTensors(weights);
const open = (t: TestContext, metadata: object = {}, content = tensors) =>
  openGgufCheckpoint(temporaryFile(t, "tiny.gguf", ggufFile({ ...tinyMetadata, ...metadata }, content).bytes));

test("parameters by their published names, query and key rows in the rotate-half order", async t => {
  const checkpoint = await open(t);
  t.after(checkpoint.close);
  assert.equal(checkpoint.tensors.size, tensors.length);
  const table = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "blk.0.attn_norm.weight": "model.layers.0.input_layernorm.weight",
    "blk.0.attn_q.weight": "model.layers.0.self_attn.q_proj.weight",
    "blk.1.attn_k.weight": "model.layers.1.self_attn.k_proj.weight",
    "blk.1.attn_v.weight": "model.layers.1.self_attn.v_proj.weight",
    "blk.0.attn_output.weight": "model.layers.0.self_attn.o_proj.weight",
    "blk.0.ffn_norm.weight": "model.layers.0.post_attention_layernorm.weight",
    "blk.1.ffn_gate.weight": "model.layers.1.mlp.gate_proj.weight",
    "blk.1.ffn_up.weight": "model.layers.1.mlp.up_proj.weight",
    "blk.1.ffn_down.weight": "model.layers.1.mlp.down_proj.weight",
  };
  for (const [stored, published] of Object.entries(table)) {
    const found = checkpoint.tensors.get(published)!;
    assert.deepEqual([found.name, found.shape], [published, weights[stored].shape]);
    assert.deepEqual([...found.read()], [...weights[stored].values], published);
  }
});

test("the configuration in Transformers' spelling, and the tokenizer", async t => {
  const checkpoint = await open(t, { "tokenizer.ggml.eos_token_id": 0 });
  t.after(checkpoint.close);
  assert.deepEqual(checkpoint.config, {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    hidden_size: tinyConfig.width,
    num_hidden_layers: tinyConfig.layers,
    num_attention_heads: tinyConfig.heads,
    num_key_value_heads: tinyConfig.keyValueHeads,
    head_dim: tinyConfig.headWidth,
    intermediate_size: tinyConfig.feedForward,
    rms_norm_eps: Math.fround(tinyConfig.normEpsilon),
    rope_theta: tinyConfig.rope.base,
    max_position_embeddings: tinyConfig.contextLength,
    vocab_size: tinyConfig.vocabularySize,
    tie_word_embeddings: true,
    attention_bias: false,
    bos_token_id: null,
    eos_token_id: 0,
  });
  const { model } = checkpoint.tokenizer as { model: { merges: string[] } };
  assert.deepEqual(model.merges, tinyTokenizer["tokenizer.ggml.merges"]);
  assert.equal(checkpoint.tokenizerConfig!.eos_token, "<|endoftext|>");
});

test("a head of its own; names that no Llama has stay; misshapen rows are left to the shapes' check", async t => {
  const extra: FileTensor[] = ["output.weight", "blk.0.ffn_gate_exps.weight", "output", "toString.weight"].map(
    name => ({
      name,
      shape: [1],
      type: 0,
      bytes: new Uint8Array(4),
    }),
  );
  const odd = { name: "blk.2.attn_q.weight", shape: [3, 2], type: 0, bytes: new Uint8Array(24) };
  const checkpoint = await open(t, {}, [...tensors, ...extra, odd]);
  t.after(checkpoint.close);
  assert.equal(checkpoint.config.tie_word_embeddings, false);
  const names = [...checkpoint.tensors.keys()].slice(-5, -1);
  assert.deepEqual(names, ["lm_head.weight", "blk.0.ffn_gate_exps.weight", "output", "toString.weight"]);
  assert.equal(checkpoint.tensors.get("model.layers.2.self_attn.q_proj.weight")!.read().length, 6);
});

test("other models are refused", async t => {
  const frequencies = { name: "rope_freqs.weight", shape: [1], type: 0, bytes: new Uint8Array(4) };
  const table: [why: RegExp, metadata?: object, content?: FileTensor[]][] = [
    [
      /tiny\.gguf: its architecture is "gemma"\. Use a model of architecture "llama"/,
      { "general.architecture": "gemma" },
    ],
    [/its rotary positions are scaled\. Use a model with plain/, { "llama.rope.scaling.type": "yarn" }],
    [/its rotary positions are scaled/, {}, [...tensors, frequencies]],
    [
      /rotary positions rotate 2 of a head's 4 values/,
      { "llama.rope.dimension_count": 2, "llama.attention.key_length": 4 },
    ],
    [/llama\.block_count is 0\. The metadata must give a positive number/, { "llama.block_count": 0 }],
    [/llama\.block_count is 2\.5\. The metadata must give a whole number/, { "llama.block_count": 2.5 }],
    [/llama\.context_length is "48"\. The metadata must give a positive number/, { "llama.context_length": "48" }],
    [/tiny\.gguf: its tokenizer is of kind "bert"/, { "tokenizer.ggml.model": "bert" }],
    [/its tokenizer .* lacks its list of tokens or merges/, { "tokenizer.ggml.tokens": "none" }],
  ];
  for (const [why, metadata, content] of table) await assert.rejects(open(t, metadata, content), why);
});
