import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import type { CausalLm } from "../../src/models/causal/forward";
import { causalLogits, causalStates } from "../../src/models/causal/forward";
import {
  createPromptPolicy,
  type PromptPolicyOptions,
  promptFeatures,
  promptIds,
  promptStates,
  promptText,
} from "../../src/policies/prompt-policy";
import { close, leavesNothing } from "../close";
import { tinyConfig, tinyLlama } from "../tiny-llama";
import { candidates, tinyPolicy } from "../tiny-task";

let model: CausalLm;
before(async () => {
  await selectBackend();
  model = tinyLlama();
});
after(() => model.dispose());

const prompts = [
  [0, 5, 2],
  [3, 3, 1],
];
const context = [0, 7, 30];

test("it starts as the LM, restricted to the candidates", () => {
  const policy = tinyPolicy(model);
  tf.tidy(() => {
    const states_BTD = promptStates(policy, prompts);
    assert.deepEqual(states_BTD.shape, [2, 3, tinyConfig.width]);
    const flat_ND = tf.reshape(states_BTD, [6, tinyConfig.width]) as tf.Tensor2D;
    const expected = prompts.map(prompt => {
      const sequence = [...context, ...promptIds(policy, prompt)];
      const all = causalLogits(model, causalStates(model, [sequence]).last).arraySync()[0];
      return [2, 3, 4].map(t => candidates.map(id => all[t][id]));
    });
    close(policy.referenceLogits(flat_ND), expected, 1e-4);
    close(policy.logits(flat_ND), expected, 3e-3);
    assert.notDeepEqual([...policy.logits(flat_ND).dataSync()], [...policy.referenceLogits(flat_ND).dataSync()]);
  });
  policy.dispose();
});

test("features are the guidance layer's states at the prompt's own tokens", () => {
  const policy = tinyPolicy(model);
  tf.tidy(() => {
    const expected = prompts.map(prompt => {
      const { captured } = causalStates(model, [[...context, ...promptIds(policy, prompt)]], { captureLayer: 1 });
      return tf.slice(captured!, [0, 3, 0], [1, 3, tinyConfig.width]).arraySync();
    });
    close(promptFeatures(policy, prompts), expected, 1e-4);
  });
  policy.dispose();
});

test("gradients go to the adaptor and to nothing else", () => {
  const policy = tinyPolicy(model);
  const states_ND = tf.ones([2, tinyConfig.width]) as tf.Tensor2D;
  const { grads } = tf.variableGrads(() => tf.sum(tf.square(policy.logits(states_ND))));
  assert.deepEqual(Object.keys(grads).sort(), policy.adaptor.variables.map(({ name }) => name).sort());
  for (const name of Object.keys(grads)) assert.ok(grads[name].dataSync().some(x => x !== 0));
  policy.dispose();
});

test("actions are indices into the candidates; their text keeps the spaces", () => {
  const policy = tinyPolicy(model);
  assert.deepEqual(promptIds(policy, [2, 0]), [30, 28]);
  assert.equal(promptText(policy, [2, 0]), " c a");
  policy.dispose();
});

test("nothing survives its use or its end, nor an error", () => {
  const start = tf.memory().numTensors;
  const policy = tinyPolicy(model);
  const states_ND = tf.ones([2, tinyConfig.width]) as tf.Tensor2D;
  for (const make of [
    () => policy.logits(states_ND),
    () => policy.referenceLogits(states_ND),
    () => promptStates(policy, prompts),
    () => promptFeatures(policy, prompts),
  ])
    leavesNothing(make);
  states_ND.dispose();
  policy.dispose();
  const table: [Partial<PromptPolicyOptions>, RegExp][] = [
    [{ candidates: [1, 2, 1] }, /createPromptPolicy: the 3 candidates are not distinct tokens, at least two/],
    [{ candidates: [1] }, /the 1 candidates are not distinct tokens/],
    [{ guidanceLayer: 2 }, /createPromptPolicy: guidanceLayer is 2\. Use one from 0 to 1\./],
    [{ context: [] }, /tiny: sequence 0 has no token/],
  ];
  for (const [change, message] of table)
    assert.throws(() => createPromptPolicy(model, { candidates, context, rng: seeded(0), ...change }), message);
  assert.equal(tf.memory().numTensors, start);
});
