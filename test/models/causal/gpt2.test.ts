import assert from "node:assert/strict";
import { test } from "node:test";
import { gpt2 } from "../../../src/models/causal/gpt2";

const file = { model_type: "gpt2", n_embd: 24, n_layer: 1, n_head: 3, n_positions: 32, vocab_size: 61, n_inner: null };
const read = (more: object = {}) => gpt2.readConfig({ ...file, ...more }, "tiny");

test("a configuration is read, with the defaults of Transformers", () => {
  assert.deepEqual(read({ eos_token_id: 0 }), {
    layers: 1,
    width: 24,
    heads: 3,
    keyValueHeads: 3,
    headWidth: 8,
    feedForward: 96,
    vocabularySize: 61,
    contextLength: 32,
    activation: "gelu_new",
    normEpsilon: 1e-5,
    tied: true,
    endTokens: [0],
  });
  const { n_positions, ...old } = file;
  assert.equal(gpt2.readConfig({ ...old, n_ctx: 16 }, "tiny").contextLength, 16);
});

test("projections are [in, out], and tensors are known with and without prefix", () => {
  const config = read({ n_inner: 40 });
  const shapes = gpt2.shapes(config);
  assert.deepEqual(shapes["transformer.h.0.attn.c_attn.weight"], [24, 72]);
  assert.deepEqual(shapes["transformer.h.0.attn.c_attn.bias"], [72]);
  assert.deepEqual(shapes["transformer.h.0.mlp.c_proj.weight"], [40, 24]);
  const name = (stored: string, more: object = {}) => gpt2.parameterName(stored, read(more));
  assert.equal(name("h.0.ln_1.bias"), "transformer.h.0.ln_1.bias");
  assert.equal(name("transformer.wte.weight"), "transformer.wte.weight");
  assert.equal(name("h.0.attn.c_attn.bias"), "transformer.h.0.attn.c_attn.bias");
  for (const buffer of ["h.0.attn.bias", "transformer.h.0.attn.masked_bias", "lm_head.weight"])
    assert.equal(name(buffer), undefined);
  assert.equal(name("lm_head.weight", { tie_word_embeddings: false }), "lm_head.weight");
  assert.deepEqual(gpt2.shapes(read({ tie_word_embeddings: false }))["lm_head.weight"], [61, 24]);
});

test("errors name what is not supported", () => {
  assert.throws(() => read({ scale_attn_by_inverse_layer_idx: true }), /tiny: .* layer-scaled or cross attention/);
  assert.throws(() => read({ add_cross_attention: true }), /cross attention\. Use a plain GPT-2/);
  assert.throws(() => read({ n_head: 5 }), /has width 24 for 5 heads/);
  assert.throws(() => read({ activation_function: "swiglu" }), /has activation_function = "swiglu"/);
});
