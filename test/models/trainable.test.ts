import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { hasBfloat16, toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { freeze, trainable, upperLayers } from "../../src/models/trainable";
import { close } from "../close";

before(() => selectBackend());

function tiny() {
  const table = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const weights: Record<string, tf.Tensor> = {
    "embed.weight": table,
    "layers.0.norm.weight": tf.tensor1d([1, 1]),
    "layers.11.norm.weight": tf.tensor1d([5, 6]),
    "head.weight": table, // tied
  };
  return { name: "tiny", weights, dispose: () => tf.dispose(weights) };
}

test("variables take the tensors' place without a copy, tied ones once, and go back with their values", () => {
  const model = tiny();
  const { dataId } = model.weights["embed.weight"];
  const start = tf.memory();
  const variables = trainable(model, /head|layers\.11/);
  assert.deepEqual(
    variables.map(({ name }) => name),
    ["layers.11.norm.weight", "head.weight"],
  );
  assert.equal(model.weights["embed.weight"], variables[1]);
  assert.equal(variables[1].dataId, dataId);
  assert.ok(!(model.weights["layers.0.norm.weight"] instanceof tf.Variable));
  assert.deepEqual(tf.memory(), start);
  assert.deepEqual(trainable(model, /embed/), [variables[1]]); // again, by its other name

  variables[1].assign(tf.tensor2d([9, 8, 7, 6], [2, 2]));
  tf.tidy(() => freeze(model, /./));
  assert.ok(Object.values(model.weights).every(weight => !(weight instanceof tf.Variable)));
  assert.equal(model.weights["embed.weight"], model.weights["head.weight"]);
  close(model.weights["head.weight"], [9, 8, 7, 6]);
  model.dispose();
});

test("two models with the same names train side by side; all goes when they are disposed", () => {
  const start = tf.memory().numTensors;
  const [one, two] = [tiny(), tiny()];
  const variables = [one, two].flatMap(model => trainable(model, name => !name.startsWith("layers.0")));
  assert.equal(new Set(variables).size, 4);
  const { grads } = tf.variableGrads(() => tf.addN(variables.map(v => tf.sum(v))) as tf.Scalar, variables);
  assert.equal(Object.keys(grads).length, 4);
  tf.dispose(grads);
  one.dispose();
  two.dispose();
  assert.equal(tf.memory().numTensors, start + 1); // the loss
});

test("a pattern without a match and a bfloat16 matrix are refused, and nothing changes", () => {
  const model = tiny();
  assert.throws(
    () => trainable(model, /q_proj/),
    /tiny: no parameter matches \/q_proj\/. It has embed.weight, layers.N.norm.weight, head.weight\./,
  );
  if (hasBfloat16()) {
    model.weights["half.weight"] = toBfloat16(model.weights["head.weight"]);
    assert.throws(() => trainable(model, /./), /half.weight is a bfloat16 matrix/);
  }
  assert.ok(Object.values(model.weights).every(weight => !(weight instanceof tf.Variable)));
  model.dispose();
});

test("upper layers by the names of each family", () => {
  const table: [name: string, from0: boolean, from1: boolean][] = [
    ["model.embed_tokens.weight", false, false],
    ["model.layers.0.mlp.up_proj.weight", true, false],
    ["model.layers.1.input_layernorm.weight", true, true],
    ["model.layers.10.mlp.up_proj.weight", true, true],
    ["model.norm.weight", true, true],
    ["lm_head.weight", false, false],
    ["transformer.wpe.weight", false, false],
    ["transformer.h.0.ln_1.bias", true, false],
    ["transformer.h.1.attn.c_attn.weight", true, true],
    ["transformer.ln_f.bias", true, true],
    ["shared.weight", false, false],
    ["encoder.block.1.layer.0.SelfAttention.q.weight", false, false],
    ["encoder.final_layer_norm.weight", false, false],
    ["decoder.block.0.layer.1.EncDecAttention.q.weight", true, false],
    ["decoder.block.1.layer.1.EncDecAttention.q.weight", true, true],
    ["decoder.final_layer_norm.weight", true, true],
  ];
  for (const [name, ...expected] of table)
    assert.deepEqual(
      [0, 1].map(layer => upperLayers(layer)(name)),
      expected,
      name,
    );
});
