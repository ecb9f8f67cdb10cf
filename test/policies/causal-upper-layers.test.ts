import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { tokenNll } from "../../src/backend/token-nll";
import { generate } from "../../src/generation/generate";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { freeze, trainable } from "../../src/models/trainable";
import { upperLayersPolicy } from "../../src/policies/causal-upper-layers";
import { type PromptStore, precomputePrompts } from "../../src/policies/prompt-store";
import type { EncodedExamples, ResponsePolicy } from "../../src/policies/response-policy";
import { padRight } from "../../src/text/batches";
import { close, leavesNothing } from "../close";
import { tinyConfig, tinyLlama } from "../tiny-llama";

const prompts = [
  [0, 7, 31, 50],
  [0, 21, 22, 9, 40, 52, 3],
  [0, 4],
];
const examples = [
  { prompt: prompts[0], response: [5, 6, 0] },
  { prompt: prompts[1], response: [8] },
  { prompt: prompts[0], response: [9, 10] },
  { prompt: prompts[2], response: [11, 12, 13, 0] },
];
const upper = /layers\.1\.|model\.norm/;
const V = tinyConfig.vocabularySize;

let model: CausalLm;
let store: PromptStore;
let policy: ResponsePolicy;
let encoded: EncodedExamples;
before(async () => {
  await selectBackend();
  model = tinyLlama();
  store = await precomputePrompts(model, prompts, { precision: "float32" });
  trainable(model, upper);
  policy = upperLayersPolicy(model, { prompts: store, fromLayer: 1 });
  encoded = await policy.encode(examples);
});
after(() => model.dispose());

test("a policy that has not trained gives the logits of whole sequences", () => {
  const rows = [3, 0, 1, 2];
  const { logits_BTV, ids_BT, mask_BT } = policy.teacherForce(encoded, rows);
  const T = logits_BTV.shape[1];
  assert.equal(T, 4);
  assert.deepEqual(ids_BT.arraySync(), padRight(rows.map(row => examples[row].response)).ids);
  assert.deepEqual(mask_BT.arraySync(), padRight(rows.map(row => examples[row].response)).mask);
  for (const [b, row] of rows.entries()) {
    const { prompt, response } = examples[row];
    const whole = tf.tidy(() => causalLogits(model, causalForward(model, padRight([[...prompt, ...response]])).last));
    const expected = tf.slice(whole, [0, prompt.length - 1, 0], [1, response.length, V]);
    const own = tf.slice(logits_BTV, [b, 0, 0], [1, response.length, V]);
    close(own, expected.arraySync(), 1e-4);
    tf.dispose([whole, expected, own]);
  }
  tf.dispose([logits_BTV, ids_BT, mask_BT]);
});

test("features are the states that go into the first training layer", () => {
  const { features_BTD, mask_BT } = policy.features(encoded, [0, 3]);
  const before = policy.featuresBefore(encoded, [0, 3]);
  // The states before the tokens: those at them, one later, with 0 at padding.
  const [at, earlier] = [features_BTD, before.features_BTD].map(x => x.arraySync() as number[][][]);
  assert.deepEqual([earlier[0].slice(1, 3), earlier[1].slice(1)], [at[0].slice(0, 2), at[1].slice(0, 3)]);
  assert.deepEqual(earlier[0][3].filter(Boolean), []);
  tf.dispose(Object.values(before));
  const { prompt, response } = examples[3];
  const { last, captured } = causalForward(model, padRight([[...prompt, ...response]]), { captureLayer: 1 });
  const normed = tf.tidy(() => {
    const flat = tf.reshape(tf.slice(features_BTD, [1, 0, 0], [1, 4, -1]), [4, -1]) as tf.Tensor2D;
    return model.family.finalNorm(model, flat);
  });
  const expected = tf.slice(captured!, [0, prompt.length, 0], [1, 4, -1]);
  close(normed, expected.arraySync(), 1e-4);
  assert.deepEqual(mask_BT.arraySync(), [
    [1, 1, 1, 0],
    [1, 1, 1, 1],
  ]);
  tf.dispose([features_BTD, mask_BT, last, captured!, normed, expected]);
});

test("gradients are those of finite differences", () => {
  const name = "model.layers.1.mlp.up_proj.weight";
  const variable = model.weights[name] as tf.Variable;
  const loss = () =>
    tf.tidy(() => {
      const { logits_BTV, ids_BT, mask_BT } = policy.teacherForce(encoded, [0, 1, 3]);
      return tf.sum(tf.mul(tokenNll(logits_BTV, ids_BT), mask_BT)) as tf.Scalar;
    });
  const { value, grads } = tf.variableGrads(loss, [variable]);
  const gradient = grads[variable.name].dataSync();
  const values = variable.dataSync().slice();
  for (const index of [0, 17, 101]) {
    const at = (step: number) => {
      const moved = values.slice();
      moved[index] += step;
      tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
      return tf.tidy(() => loss().dataSync()[0]);
    };
    const numeric = (at(1e-2) - at(-1e-2)) / 2e-2;
    assert.ok(Math.abs(gradient[index] - numeric) < 2e-3 * (1 + Math.abs(numeric)), `${gradient[index]}, ${numeric}`);
  }
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  tf.dispose([value, grads]);
});

test("generation continues from the precomputed prompts", async () => {
  const options = { maxNewTokens: 6, stopTokens: [] };
  const wanted = await generate(model, prompts, options);
  assert.deepEqual(
    (await generate(policy.generator, prompts, options)).map(({ ids }) => ids),
    wanted.map(({ ids }) => ids),
  );
  const start = tf.memory().numTensors;
  const decoding = policy.generator.startDecoding(prompts.slice(0, 2), { samples: 2, tokens: 3 });
  assert.deepEqual(decoding.logits_BV.shape, [4, V]);
  decoding.next([5, 8, 6, 9]);
  const rows = tf.split(decoding.logits_BV, 4);
  const { logits_BTV, ids_BT, mask_BT } = policy.teacherForce(
    {
      examples: [{ prompt: prompts[1], response: [6, 1] }],
      states: (await policy.encode([{ prompt: prompts[1], response: [6, 1] }])).states,
    },
    [0],
  );
  close(rows[2], [...logits_BTV.dataSync().slice(-V)], 1e-4);
  tf.dispose([rows, logits_BTV, ids_BT, mask_BT]);
  decoding.dispose();
  assert.equal(tf.memory().numTensors, start);
});

test("bfloat16 keeps half the bytes and the numbers nearly", async () => {
  const half = await precomputePrompts(model, prompts);
  assert.equal(half.bytes * 2, store.bytes);
  const [exact, near] = [store, half].map(kept => kept.prefix(prompts));
  for (const [i, layer] of exact.layers.entries()) close(near.layers[i].values, [...layer.values.dataSync()], 1e-2);
  tf.dispose([exact, near].flatMap(({ bias_X1P, layers }) => [bias_X1P, ...layers.flatMap(x => [x.keys, x.values])]));
});

test("nothing leaks", () => {
  leavesNothing(() => ({ ...policy.teacherForce(encoded, [0, 1, 2]) }));
  leavesNothing(() => ({ ...policy.features(encoded, [2, 3]) }));
});

test("errors say what to do", async () => {
  assert.throws(
    () => upperLayersPolicy(model, { prompts: store, fromLayer: 2 }),
    /fromLayer is 2. Give a layer from 1 to 1/s,
  );
  trainable(model, /layers\.0\.self_attn\.q/);
  assert.throws(() => upperLayersPolicy(model, { prompts: store, fromLayer: 1 }), /q_proj.*below layer 1/s);
  freeze(model, /layers\.0\.self_attn\.q/);
  await assert.rejects(policy.encode([{ prompt: prompts[0], response: [] }]), /response 0 has no token/);
  await assert.rejects(policy.encode([{ prompt: [1, 2, 3], response: [4] }]), /was not computed.*precomputePrompts/s);
  await assert.rejects(precomputePrompts(model, [[1]]), /prompt 0 has 1 token/);
});
