import assert from "node:assert/strict";
import { test } from "node:test";
import { readSeq2SeqConfig, seq2seqName, seq2seqShapes } from "../../../src/models/seq2seq/config";
import { tinyModelConfig } from "../../tiny-models";

const read = (change: object) => readSeq2SeqConfig({ ...tinyModelConfig("t5_relu"), ...change }, "m");

test("the head is scaled unless the configuration says otherwise, in either spelling", () => {
  for (const [scale_decoder_outputs, tie_word_embeddings, expected] of [
    [undefined, undefined, true],
    [undefined, true, true],
    [undefined, false, false],
    [true, false, true],
    [false, true, false],
  ])
    assert.equal(read({ scale_decoder_outputs, tie_word_embeddings }).scaledHead, expected);
});

test("feed-forward layers", () => {
  for (const [feed_forward_proj, activation, gated] of [
    [undefined, "relu", false],
    ["gelu", "gelu", false],
    ["gated-gelu", "gelu_new", true],
    ["gated-silu", "silu", true],
  ]) {
    const found = read({ feed_forward_proj });
    assert.deepEqual([found.activation, found.gated], [activation, gated]);
  }
});

test("defaults of the first configurations", () => {
  const { decoderLayers, maxDistance, startToken, endTokens } = read({
    num_decoder_layers: null,
    relative_attention_max_distance: undefined,
    decoder_start_token_id: undefined,
    pad_token_id: 3,
    eos_token_id: [1, 5],
  });
  assert.deepEqual([decoderLayers, maxDistance, startToken, endTokens], [2, 128, 3, [1, 5]]);
});

test("copies of the embeddings and the first files' spare table are left out", () => {
  for (const name of [
    "encoder.embed_tokens.weight",
    "decoder.embed_tokens.weight",
    "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
    "lm_head.weight",
  ])
    assert.equal(seq2seqName(name, read({})), undefined);
  const untied = { ...read({ feed_forward_proj: "gated-gelu" }), untied: true };
  for (const name of Object.keys(seq2seqShapes(untied))) assert.equal(seq2seqName(name, untied), name);
});

test("configurations that the forward pass would get wrong are refused", () => {
  assert.throws(() => read({ model_type: "bart" }), /m: .*model_type = "bart"/);
  assert.throws(() => read({ feed_forward_proj: "gated-mish" }), /feed_forward_proj = "gated-mish"/);
  assert.throws(() => read({ relative_attention_num_buckets: 32 }), /32 buckets cannot separate distances up to 16/);
});
