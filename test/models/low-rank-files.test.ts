import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { addLowRank } from "../../src/models/low-rank";
import { loadLowRank, saveLowRank } from "../../src/models/low-rank-files";
import { openSafetensors } from "../../src/weights/safetensors";
import { writeSafetensors } from "../../src/weights/write-safetensors";
import { close } from "../close";
import { temporaryFolder } from "../temporary";

before(() => selectBackend());

/** Two projections from 3 to 2. */
const tiny = () => ({
  name: "tiny",
  weights: Object.fromEntries([0, 1].map(i => [`model.layers.${i}.q_proj.weight`, tf.ones([2, 3]) as tf.Tensor])),
  lowRank: {},
});

const options = { rank: 2, alpha: 3, targets: /./, rng: seeded(0) };

test("saved updates can be loaded, under PEFT's names and shapes", async t => {
  const folder = temporaryFolder(t);
  const [model, other] = [tiny(), tiny()];
  const { variables } = addLowRank(model, options);
  for (const variable of variables) tf.tidy(() => variable.assign(tf.add(variable, 0.25)));
  await saveLowRank(folder, model);
  const file = openSafetensors(path.join(folder, "adapter_model.safetensors"));
  const stored = [...file.tensors.values()].map(({ name, shape }) => [name, ...shape]);
  file.close();
  const layer = (i: number) => `base_model.model.model.layers.${i}.q_proj`;
  assert.deepEqual(
    stored,
    [0, 1].flatMap(i => [
      [`${layer(i)}.lora_A.weight`, 2, 3],
      [`${layer(i)}.lora_B.weight`, 2, 2],
    ]),
  );
  const start = tf.memory().numTensors;
  const updates = loadLowRank(folder, other);
  assert.equal(tf.memory().numTensors, start + 4);
  for (const [i, variable] of updates.variables.entries()) close(variable, [...variables[i].dataSync()], 0);
  assert.deepEqual(
    Object.values<{ scale: number }>(other.lowRank).map(({ scale }) => scale),
    [1.5, 1.5],
  );
  updates.remove();
  assert.equal(tf.memory().numTensors, start);
});

test("updates that do not fit are refused, and the model stays as it was", async t => {
  const folder = temporaryFolder(t);
  const model = tiny();
  await assert.rejects(saveLowRank(folder, model), /has no low-rank update/);
  const { remove } = addLowRank(model, options);
  await saveLowRank(folder, model);
  remove();
  const configFile = path.join(folder, "adapter_config.json");
  const config = JSON.parse(readFileSync(configFile, "utf8"));
  const changed = (change: object) => writeFileSync(configFile, JSON.stringify({ ...config, ...change }));
  const start = tf.memory().numTensors;
  for (const [change, message] of [
    [{ use_dora: true }, /use_dora = true.*plain/],
    [{ rank_pattern: { q_proj: 4 } }, /rank_pattern/],
    [{ r: 3 }, /lora_A.weight is \[2,3\], not \[3,3\]/],
    [{ lora_alpha: "x" }, /lora_alpha/],
  ] as const) {
    changed(change);
    assert.throws(() => loadLowRank(folder, model), message);
  }
  changed({ use_rslora: true, modules_to_save: [] });
  const { merge } = loadLowRank(folder, model);
  assert.ok(Object.values<{ scale: number }>(model.lowRank).every(({ scale }) => scale === 3 / Math.SQRT2));
  assert.throws(() => loadLowRank(folder, model), /already has a low-rank update/);
  merge();
  const one = {
    name: "base_model.model.model.layers.7.q_proj.lora_A.weight",
    shape: [1],
    values: () => new Float32Array(1),
  };
  await writeSafetensors(path.join(folder, "adapter_model.safetensors"), [one]);
  assert.throws(() => loadLowRank(folder, model), /layers\.7\.q_proj\.lora_A\.weight belongs to no weight of tiny/);
  assert.deepEqual(model.lowRank, {});
  assert.equal(tf.memory().numTensors, start);
});

test("updates that one file cannot hold are not saved", async t => {
  const model = tiny();
  addLowRank(model, { ...options, targets: /0/ });
  addLowRank(model, { ...options, targets: /1/, rank: 1 });
  await assert.rejects(saveLowRank(temporaryFolder(t), model), /layers.0.*layers.1.*differ in rank/);
});
