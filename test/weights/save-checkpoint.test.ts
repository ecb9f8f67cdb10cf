import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { openCheckpoint } from "../../src/weights/open-checkpoint";
import { loadParameters } from "../../src/weights/parameters";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import type { FloatFormat } from "../../src/weights/write-safetensors";
import { close } from "../close";
import { temporaryFolder } from "../temporary";

before(() => selectBackend());

test("what is saved is opened again, bfloat16 matrices as float32", async t => {
  const folder = path.join(temporaryFolder(t), "model");
  const start = tf.memory().numTensors;
  const weights = {
    m: tf.tidy(() => toBfloat16(tf.tensor2d([[1, 2.5]]))),
    v: tf.tidy(() => tf.variable(tf.tensor1d([3]))),
  };
  const tokenizer = { version: "1.0" };
  for (const [format, dtype] of [
    ["F32", "float32"],
    ["BF16", "bfloat16"],
  ] as [FloatFormat, string][]) {
    const config = { model_type: "llama", dtype: "float16" };
    await saveCheckpoint(folder, { config, weights, tokenizer }, { format });
    const opened = await openCheckpoint(folder);
    assert.deepEqual(opened.config, { model_type: "llama", dtype });
    assert.deepEqual(opened.tokenizer, tokenizer);
    const loaded = loadParameters(opened, { m: [1, 2], v: [1] });
    opened.close();
    close(loaded.m, [1, 2.5]);
    close(loaded.v, [3]);
    tf.dispose(loaded);
  }
  assert.deepEqual(readdirSync(folder).sort(), ["config.json", "model.safetensors", "tokenizer.json"]);
  assert.match(readFileSync(path.join(folder, "model.safetensors"), "latin1"), /"__metadata__":\{"format":"pt"\}/);
  tf.dispose(weights);
  assert.equal(tf.memory().numTensors, start);
});

test("weights that are not finite are not saved", async t => {
  const folder = temporaryFolder(t);
  const weights = { x: tf.tensor1d([Number.NaN]) };
  await assert.rejects(
    saveCheckpoint(folder, { config: {}, weights }),
    /model\.safetensors: tensor x contains values that are not finite/,
  );
  assert.deepEqual(readdirSync(folder), []);
  tf.dispose(weights);
});
