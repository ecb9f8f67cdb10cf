import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { hasBfloat16 } from "../../../src/backend/native-ops";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { type CausalLm, causalForward, causalLogits } from "../../../src/models/causal/forward";
import { createCausalLm, loadCausalLm } from "../../../src/models/causal/load";
import { padRight } from "../../../src/text/batches";
import { saveCheckpoint } from "../../../src/weights/save-checkpoint";
import { close } from "../../close";
import { fileTensors, ggufFile, tinyMetadata } from "../../gguf-file";
import { temporaryFile, temporaryFolder } from "../../temporary";
import { tinyConfig, tinyLlama, tinyWeights } from "../../tiny-llama";

before(() => selectBackend());

const sequence = [0, 5, 50, 7, 30, 2];
const weights = tinyWeights();
const gguf = (t: TestContext) => temporaryFile(t, "tiny.gguf", ggufFile(tinyMetadata, fileTensors(weights)).bytes);
const allLogits = (model: CausalLm) =>
  tf.tidy(() => causalLogits(model, causalForward(model, padRight([sequence])).last));

/** The tiny Llama's configuration as Transformers writes it. */
const config = {
  model_type: "llama",
  hidden_size: tinyConfig.width,
  num_hidden_layers: tinyConfig.layers,
  num_attention_heads: tinyConfig.heads,
  num_key_value_heads: tinyConfig.keyValueHeads,
  intermediate_size: tinyConfig.feedForward,
  vocab_size: tinyConfig.vocabularySize,
  max_position_embeddings: tinyConfig.contextLength,
  rms_norm_eps: tinyConfig.normEpsilon,
  tie_word_embeddings: true,
};

test("a GGUF file gives the logits of the same weights put together by hand, and of transformers", async t => {
  const [loaded, made] = [await loadCausalLm(gguf(t)), tinyLlama(weights)];
  const [found, expected] = [allLogits(loaded), allLogits(made)];
  close(found, [...expected.dataSync()]);
  // AutoModelForCausalLM.from_pretrained(folder, gguf_file="tiny.gguf") of transformers 5.23.0, the last token's logits
  const peer = [-2.71890637, 0.643813, 0.45917315, -1.55293562, -1.10400576, -1.36402177, 1.30105273, -0.87041099];
  close(tf.slice(found, [0, sequence.length - 1, 0], [1, 1, peer.length]), peer);
  assert.deepEqual(loaded.endTokens, [0]);
  assert.deepEqual(loaded.tokenizer.encode(" good"), made.tokenizer.encode(" good"));
  for (const model of [loaded, made]) model.dispose();
  tf.dispose([found, expected]);
});

test("a saved model is loaded again, and needs a tokenizer only when one is asked for", async t => {
  const made = tinyLlama(weights);
  const folder = path.join(temporaryFolder(t), "tiny");
  mkdirSync(folder);
  await saveCheckpoint(folder, { config, weights: made.weights });
  const told: number[][] = [];
  const loaded = await loadCausalLm(folder, { onProgress: (done, total) => told.push([done, total]) });
  const [found, expected] = [allLogits(loaded), allLogits(made)];
  close(found, [...expected.dataSync()], 0);
  assert.deepEqual(told.at(-1), [20, 20]);
  assert.throws(() => loaded.tokenizer, /there is no tokenizer\.json\. Put the model's tokenizer\.json beside/);
  for (const model of [loaded, made]) model.dispose();
  tf.dispose([found, expected]);
});

test("in bfloat16 the numbers are near, in half the memory", async t => {
  const file = gguf(t);
  const [half, whole] = [await loadCausalLm(file, { precision: "bfloat16" }), await loadCausalLm(file)];
  const [found, expected] = [allLogits(half), allLogits(whole)];
  close(found, [...expected.dataSync()], hasBfloat16() ? 0.1 : 0);
  if (hasBfloat16()) assert.notDeepEqual([...found.dataSync()], [...expected.dataSync()]);
  for (const model of [half, whole]) model.dispose();
  tf.dispose([found, expected]);
});

test("dispose frees all, and so does a failure", async t => {
  const start = tf.memory().numTensors;
  (await loadCausalLm(gguf(t))).dispose();
  const folder = path.join(temporaryFolder(t), "other");
  mkdirSync(folder);
  const made = tinyLlama(weights);
  await saveCheckpoint(folder, { config: { ...config, model_type: "gemma" }, weights: made.weights });
  made.dispose();
  await assert.rejects(
    loadCausalLm(folder),
    /its architecture is "gemma"\. Use a model of architecture gpt2, llama\.$/,
  );
  assert.equal(tf.memory().numTensors, start);
});

test("an untrained model depends on its configuration and seed alone; either family is made", () => {
  const start = tf.memory().numTensors;
  const gpt2 = { model_type: "gpt2", n_embd: 16, n_layer: 2, n_head: 4, vocab_size: 54, n_positions: 48 };
  for (const given of [config, gpt2]) {
    const make = (seed: number) => createCausalLm(given, { rng: seeded(seed) });
    const models = [make(1), make(1), make(2)];
    const [first, second, other] = models.map(model => tf.tidy(() => [...allLogits(model).dataSync()]));
    assert.deepEqual(second, first);
    assert.notDeepEqual(other, first);
    assert.throws(() => models[0].tokenizer, /untrained \w+: it has no tokenizer/);
    for (const model of models) model.dispose();
  }
  assert.equal(tf.memory().numTensors, start);
  assert.throws(
    () => createCausalLm({ model_type: "bert" }, { rng: seeded(0) }),
    /model_type is "bert"\. Use gpt2 or llama/,
  );
});
