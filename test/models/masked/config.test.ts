import assert from "node:assert/strict";
import { test } from "node:test";
import { contextLength, maskedName, maskedShapes, readMaskedConfig } from "../../../src/models/masked/config";
import type { StoredTensor } from "../../../src/weights/checkpoint";
import { tinyModelConfig } from "../../tiny-models";

const [bert, roberta] = ["bert", "roberta"].map(name => readMaskedConfig(tinyModelConfig(name), name));
const headless = { ...bert, head: undefined };

test("published names find their parameter, with and without prefix, in old spellings too", () => {
  for (const [config, name, expected] of [
    [bert, "bert.encoder.layer.0.output.LayerNorm.gamma", "bert.encoder.layer.0.output.LayerNorm.weight"],
    [bert, "bert.embeddings.LayerNorm.beta", "bert.embeddings.LayerNorm.bias"],
    [bert, "embeddings.word_embeddings.weight", "bert.embeddings.word_embeddings.weight"],
    [roberta, "encoder.layer.1.output.dense.bias", "roberta.encoder.layer.1.output.dense.bias"],
    [roberta, "lm_head.layer_norm.bias", "lm_head.layer_norm.bias"],
    [bert, "bert.embeddings.position_ids", undefined],
    [bert, "bert.pooler.dense.weight", undefined],
    [bert, "pooler.dense.bias", undefined],
    [bert, "cls.seq_relationship.weight", undefined],
    [bert, "cls.predictions.decoder.weight", undefined],
    [bert, "cls.predictions.decoder.bias", undefined],
    [roberta, "lm_head.decoder.weight", undefined],
    [headless, "cls.predictions.transform.dense.weight", undefined],
    [headless, "classifier.weight", undefined],
    [bert, "classifier.weight", "classifier.weight"],
  ] as const)
    assert.equal(maskedName(name, config), expected, name);
});

const stored = (name: string, values: number[]): [string, StoredTensor] => [
  name,
  { name, shape: [values.length], format: "F32", read: () => Float32Array.from(values) },
];

test("what the head is made of follows from the tensors", () => {
  const read = (tie_word_embeddings: boolean, ...tensors: [string, StoredTensor][]) =>
    readMaskedConfig({ ...tinyModelConfig("bert"), tie_word_embeddings }, "bert", new Map(tensors)).head;
  const embeddings = stored("bert.embeddings.word_embeddings.weight", [1, 2]);
  const transform = stored("cls.predictions.transform.dense.weight", [3]);
  const [copy, other] = [
    [1, 2],
    [1, 3],
  ].map(values => stored("cls.predictions.decoder.weight", values));
  const bias = stored("cls.predictions.decoder.bias", [0, 0]);
  assert.equal(read(true, embeddings), undefined);
  for (const found of [read(true, embeddings, transform), read(true, embeddings, transform, copy, bias)])
    assert.deepEqual([found?.weight, found?.bias], ["bert.embeddings.word_embeddings.weight", "cls.predictions.bias"]);
  for (const found of [read(true, embeddings, transform, other, bias), read(false, embeddings, transform, copy, bias)])
    assert.deepEqual([found?.weight, found?.bias], ["cls.predictions.decoder.weight", "cls.predictions.decoder.bias"]);
});

test("every shape's name is its own", () => {
  for (const config of [bert, roberta, headless])
    for (const name of Object.keys(maskedShapes(config))) assert.equal(maskedName(name, config), name);
});

test("RoBERTa's table of positions begins after the padding's", () => {
  assert.deepEqual([contextLength(bert), contextLength(roberta)], [18, 18]);
});

test("configurations that the forward pass would get wrong are refused", () => {
  const read = (change: object) => () => readMaskedConfig({ ...tinyModelConfig("bert"), ...change }, "m");
  assert.throws(read({ model_type: "gpt2" }), /m: .*model_type = "gpt2"/);
  assert.throws(read({ position_embedding_type: "relative_key" }), /position_embedding_type = "relative_key"/);
  assert.throws(read({ hidden_act: "mish" }), /hidden_act = "mish"/);
  assert.throws(read({ num_attention_heads: 5 }), /5 heads do not divide its width of 24/);
  assert.throws(read({ is_decoder: true }), /it is a decoder/);
});
