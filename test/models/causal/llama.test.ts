import assert from "node:assert/strict";
import { test } from "node:test";
import { llama } from "../../../src/models/causal/llama";

const file = {
  model_type: "llama",
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  intermediate_size: 96,
  vocab_size: 61,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  eos_token_id: [1, 2],
};
const read = (more: object = {}) => llama.readConfig({ ...file, ...more }, "tiny");

test("both spellings of rotary positions say the same", () => {
  assert.deepEqual(read({ rope_theta: 5000, rope_scaling: null, torch_dtype: "float32" }).rope, { base: 5000 });
  assert.deepEqual(read({ rope_parameters: { rope_theta: 5000, rope_type: "default" } }).rope, { base: 5000 });
  assert.deepEqual(read().rope, { base: 10000 });
  const llama3 = {
    factor: 32,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
    rope_type: "llama3",
  };
  const scaling = { type: "llama3", factor: 32, lowFrequency: 1, highFrequency: 4, trainedContext: 8192 };
  assert.deepEqual(read({ rope_theta: 500000, rope_scaling: llama3 }).rope, { base: 500000, scaling });
  assert.deepEqual(read({ rope_parameters: { ...llama3, rope_theta: 500000 } }).rope, { base: 500000, scaling });
  const linear = { base: 10000, scaling: { type: "linear", factor: 4 } };
  assert.deepEqual(read({ rope_scaling: { type: "linear", factor: 4 } }).rope, linear);
});

test("what a configuration leaves out has the defaults of Transformers", () => {
  const { num_key_value_heads, ...fewer } = file;
  const config = llama.readConfig(fewer, "tiny");
  assert.deepEqual(
    [config.keyValueHeads, config.headWidth, config.tied, config.attentionBias, config.endTokens],
    [8, 8, false, false, [1, 2]],
  );
  assert.equal(read({ head_dim: 10 }).headWidth, 10);
});

test("shapes follow heads, biases and tying", () => {
  const shapes = llama.shapes(read({ head_dim: 10, attention_bias: true }));
  assert.deepEqual(shapes["model.layers.1.self_attn.q_proj.weight"], [80, 64]);
  assert.deepEqual(shapes["model.layers.1.self_attn.k_proj.bias"], [20]);
  assert.deepEqual(shapes["model.layers.0.self_attn.o_proj.weight"], [64, 80]);
  assert.equal(shapes["model.layers.0.mlp.down_proj.bias"], undefined);
  assert.deepEqual(shapes["lm_head.weight"], [61, 64]);
  assert.ok(!("lm_head.weight" in llama.shapes(read({ tie_word_embeddings: true }))));
});

test("tensors are known with and without prefix; copies and buffers are left out", () => {
  const [tied, untied] = [read({ tie_word_embeddings: true }), read()];
  assert.equal(llama.parameterName("layers.0.mlp.up_proj.weight", tied), "model.layers.0.mlp.up_proj.weight");
  assert.equal(llama.parameterName("model.norm.weight", tied), "model.norm.weight");
  assert.equal(llama.parameterName("lm_head.weight", untied), "lm_head.weight");
  assert.equal(llama.parameterName("lm_head.weight", tied), undefined);
  assert.equal(llama.parameterName("model.layers.0.self_attn.rotary_emb.inv_freq", tied), undefined);
});

test("errors name what is not supported", () => {
  const table: [object, RegExp][] = [
    [{ hidden_act: "gelu" }, /^Error: tiny: its configuration has hidden_act = "gelu"\. It must give one of silu\.$/],
    [{ num_key_value_heads: 3 }, /has 8 heads of width 8 on 3 key\/value heads\. Heads must divide evenly/],
    [{ head_dim: 7 }, /has 8 heads of width 7 on/],
    [
      { rope_scaling: { rope_type: "yarn", factor: 4 } },
      /has rope_type = "yarn"\. It must give one of default, linear, llama3/,
    ],
    [{ rope_scaling: { type: "linear" } }, /has factor = undefined/],
    [{ vocab_size: "61" }, /has vocab_size = "61"\. It must give a positive number/],
  ];
  for (const [more, message] of table) assert.throws(() => read(more), message);
});
