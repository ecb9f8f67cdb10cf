import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import type { CausalLm } from "../../src/models/causal/forward";
import { causalStates } from "../../src/models/causal/forward";
import { frozenStates } from "../../src/policies/frozen-states";
import { close } from "../close";
import { tinyConfig, tinyLlama } from "../tiny-llama";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const context = [0, 7, 30];
const prefixes = [[31, 32], [], [5], [31, 8], [31, 32], [50, 2, 2]];
const { width } = tinyConfig;

function checkAll(found: Float32Array[], asked: number[][], kind: "last" | "captured") {
  for (const [i, prefix] of asked.entries())
    tf.tidy(() => {
      const states = causalStates(model, [[...context, ...prefix]], { captureLayer: 1 })[kind]!;
      close(tf.tensor1d(found[i]), [...states.dataSync()].slice(-width), 1e-4);
    });
}

test("states are those of encoding context + prefix, remembered or not", () => {
  const states = frozenStates(model, context, 1);
  assert.equal(states.width, width);
  for (let again = 0; again < 2; again++) checkAll(states.after(prefixes), prefixes, "last");
  const tokens = prefixes.filter(prefix => prefix.length > 0);
  for (let again = 0; again < 2; again++) checkAll(states.capturedAt(tokens), tokens, "captured");
  states.dispose();
});

test("each prefix is computed once; a pass over all layers serves the captured state too", () => {
  const states = frozenStates(model, context, 1);
  states.after(prefixes);
  assert.deepEqual(states.usage(), { asked: 6, computed: 4 }); // the empty prefix comes with the context
  states.after(prefixes);
  states.capturedAt([[5], [31, 8]]);
  assert.deepEqual(states.usage(), { asked: 14, computed: 4 });
  states.capturedAt([[6], [5]]);
  states.after([[6]]); // only the layers below the captured one were run
  assert.deepEqual(states.usage(), { asked: 17, computed: 6 });
  states.dispose();
});

test("more prefixes of one length than a pass holds", () => {
  const states = frozenStates(model, context, 1);
  const many = Array.from({ length: 150 }, (_, i) => [1 + (i % 50), 2 + Math.floor(i / 50)]);
  const found = states.after(many);
  checkAll([found[0], found[127], found[128], found[149]], [many[0], many[127], many[128], many[149]], "last");
  assert.deepEqual(states.usage(), { asked: 150, computed: 150 });
  states.dispose();
});

test("states are plain numbers: only the context's cache is held, until dispose", () => {
  const start = tf.memory().numTensors;
  const states = frozenStates(model, context, 1);
  const made = tf.memory().numTensors;
  states.after(prefixes);
  states.capturedAt([[9]]);
  assert.equal(tf.memory().numTensors, made);
  states.dispose();
  assert.equal(tf.memory().numTensors, start);
});
