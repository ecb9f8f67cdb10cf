import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { type CausalLm, causalForward } from "../../src/models/causal/forward";
import { frozenCopy } from "../../src/models/frozen-copy";
import { addLowRank } from "../../src/models/low-rank";
import { trainable, trainingNames } from "../../src/models/trainable";
import { padRight } from "../../src/text/batches";
import { tinyLlama } from "../tiny-llama";

before(() => selectBackend());

const states = (model: CausalLm) => {
  const { last } = causalForward(model, padRight([[0, 7, 31, 8]]));
  const numbers = [...last.dataSync()];
  last.dispose();
  return numbers;
};

test("a copy stays as the model was when the model trains, whichever was made first", () => {
  const start = tf.memory();
  const model = tinyLlama();
  const buffers = tf.memory().numDataBuffers;
  const early = frozenCopy(model);
  const { variables: updates } = addLowRank(model, { rank: 2, rng: seeded(0) });
  const variables = [...trainable(model, /layers\.1\.mlp|norm/), ...updates];
  const late = frozenCopy(model);
  assert.equal(tf.memory().numDataBuffers, buffers + updates.length); // the copies share the model's memory
  const before = states(model);
  for (const variable of variables) tf.tidy(() => variable.assign(tf.add(variable, 0.3)));
  assert.notDeepEqual(states(model), before);
  assert.deepEqual(states(early), before);
  assert.deepEqual(states(late), before);
  assert.equal(trainingNames(model).length, variables.length - updates.length / 2);
  assert.deepEqual(trainingNames(late), []);
  assert.throws(() => late.startDecoding([[1]], { tokens: 1 }), /a frozen copy does not generate/);
  for (const { dispose } of [early, late, model]) dispose();
  assert.equal(tf.memory().numTensors, start.numTensors);
});

test("tied weights stay one", () => {
  const model = tinyLlama();
  trainable(model, /embed/);
  model.weights["lm_head.weight"] = model.weights["model.embed_tokens.weight"];
  const { weights, dispose } = frozenCopy(model);
  assert.equal(weights["lm_head.weight"], weights["model.embed_tokens.weight"]);
  dispose();
  model.dispose();
});
