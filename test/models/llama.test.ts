import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { type CausalLm, encode, logits } from "../../src/models/causal";
import type { LlamaConfig } from "../../src/models/llama";
import { type LlamaOptions, loadLlama } from "../../src/models/llama-gguf";
import { close } from "../close";
import { type FileTensor, fileTensors, ggufFile, tinyMetadata } from "../gguf-file";
import { temporaryFile } from "../temporary";
import { tinyConfig, tinyLlama, tinyWeights } from "../tiny-llama";

before(() => selectBackend());

const sequence = [0, 5, 50, 7, 30, 2];
const weights = tinyWeights();
const tensors = fileTensors(weights);

const load = (t: TestContext, metadata = tinyMetadata, content = tensors, options: LlamaOptions = {}) =>
  loadLlama(temporaryFile(t, "tiny.gguf", ggufFile(metadata, content).bytes), options);
const allLogits = (model: CausalLm) => tf.tidy(() => logits(model, encode(model, [sequence]).last));

test("a file gives the logits of the same weights put together by hand, and of transformers", async t => {
  const [loaded, made] = [await load(t), tinyLlama(weights)];
  const [found, expected] = [allLogits(loaded), allLogits(made)];
  close(found, [...expected.dataSync()]);
  assert.deepEqual(loaded.config, { ...tinyConfig, normEpsilon: Math.fround(tinyConfig.normEpsilon) });
  // AutoModelForCausalLM.from_pretrained(folder, gguf_file="tiny.gguf") of transformers 5.23.0, the last token's logits
  const peer = [-2.71890637, 0.643813, 0.45917315, -1.55293562, -1.10400576, -1.36402177, 1.30105273, -0.87041099];
  close(tf.slice(found, [0, sequence.length - 1, 0], [1, 1, peer.length]), peer);
  tf.dispose([found, expected]);
  for (const model of [loaded, made]) model.dispose();
});

test("loading tells its progress, and dispose frees all", async t => {
  const start = tf.memory().numTensors;
  const told: number[][] = [];
  const model = await load(t, tinyMetadata, tensors, { onProgress: (done, total) => told.push([done, total]) });
  assert.deepEqual(
    told,
    tensors.map((_, i) => [i + 1, tensors.length]),
  );
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});

test("a head of its own takes the place of the embedding", async t => {
  const { shape, values } = weights["token_embd.weight"];
  const bytes = new Uint8Array(values.map(x => -x).buffer);
  const untied = await load(t, tinyMetadata, [...tensors, { name: "output.weight", shape, type: 0, bytes }]);
  const tied = await load(t);
  const [found, expected] = [allLogits(untied), allLogits(tied)];
  close(
    found,
    [...expected.dataSync()].map(x => -x),
  );
  tf.dispose([found, expected]);
  for (const model of [untied, tied]) model.dispose();
});

test("optional entries have the defaults of llama.cpp", async t => {
  const needless = ["llama.rope.dimension_count", "llama.rope.freq_base"];
  const few = Object.fromEntries(Object.entries(tinyMetadata).filter(([key]) => !needless.includes(key)));
  const model = await load(t, few);
  assert.equal(model.config.headWidth, 4);
  assert.equal((model.config as LlamaConfig).rope.base, 10000);
  model.dispose();
});

test("other models and broken files are named, and leave nothing allocated", async t => {
  const without = (name: string) => tensors.filter(tensor => tensor.name !== name);
  const misshapen = (name: string): FileTensor[] =>
    tensors.map(tensor => (tensor.name === name ? { ...tensor, shape: [...tensor.shape].reverse() } : tensor));
  const frequencies = { name: "rope_freqs.weight", shape: [1], type: 0, bytes: new Uint8Array(4) };
  const table: [RegExp, metadata?: object, FileTensor[]?][] = [
    [
      /tiny\.gguf: its architecture is "gemma"\. Use a model of architecture "llama"/,
      { "general.architecture": "gemma" },
    ],
    [/its rotary positions are scaled\. Use a model with plain/, { "llama.rope.scaling.type": "yarn" }],
    [/its rotary positions are scaled/, {}, [...tensors, frequencies]],
    [/llama\.block_count is 0\. The metadata must give a positive number/, { "llama.block_count": 0 }],
    [/tensor output_norm\.weight is missing\. A Llama of this size needs \[16\]/, {}, without("output_norm.weight")],
    [
      /tensor blk\.1\.ffn_down\.weight has shape \[24,16\]\. .* needs \[16,24\]/,
      {},
      misshapen("blk.1.ffn_down.weight"),
    ],
    [/tensor blk\.2\.attn_q\.weight is missing/, { "llama.block_count": 3 }],
    [/tiny\.gguf: its tokenizer is of kind "bert"/, { "tokenizer.ggml.model": "bert" }],
  ];
  const start = tf.memory().numTensors;
  for (const [message, metadata, content] of table)
    await assert.rejects(load(t, { ...tinyMetadata, ...metadata }, content), message);
  assert.equal(tf.memory().numTensors, start);
});
