import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { tokenNll } from "../../src/backend/token-nll";
import { type CausalLm, causalForward, causalLogits } from "../../src/models/causal/forward";
import { frozenCopy } from "../../src/models/frozen-copy";
import { trainable } from "../../src/models/trainable";
import { causalFullPolicy } from "../../src/policies/causal-full";
import type { EncodedExamples, ResponsePolicy } from "../../src/policies/response-policy";
import { padRight } from "../../src/text/batches";
import { close, leavesNothing } from "../close";
import { tinyLlama } from "../tiny-llama";

const examples = [
  { prompt: [0, 7, 31, 50], response: [5, 6, 0] },
  { prompt: [0, 21, 22, 9, 40, 52, 3], response: [8] },
  { prompt: [0], response: [11, 12, 13, 0] },
];

let model: CausalLm;
let reader: CausalLm;
let policy: ResponsePolicy;
let encoded: EncodedExamples;
before(async () => {
  await selectBackend();
  model = tinyLlama();
  reader = frozenCopy(model);
  policy = causalFullPolicy(model, { frozen: reader });
  encoded = await policy.encode(examples);
});
after(() => {
  reader.dispose();
  model.dispose();
});

/** States of one example's prompt and response, alone. */
const alone = ({ prompt, response }: (typeof examples)[number]) =>
  causalForward(model, padRight([[...prompt, ...response]])).last;

test("a batch gives the logits and features of each example alone, at its response's tokens", () => {
  const rows = [2, 0, 1];
  const { logits_BTV, ids_BT, mask_BT } = policy.teacherForce(encoded, rows);
  const { features_BTD } = policy.features(encoded, rows);
  const before = policy.featuresBefore(encoded, rows);
  assert.deepEqual(ids_BT.arraySync(), padRight(rows.map(row => examples[row].response)).ids);
  assert.deepEqual(tf.sum(mask_BT, 1).arraySync(), [4, 3, 1]);
  for (const [b, row] of rows.entries()) {
    const { prompt, response } = examples[row];
    const [start, T] = [prompt.length, response.length];
    const states = alone(examples[row]);
    const expected = tf.tidy(() => tf.slice(causalLogits(model, states), [0, start - 1, 0], [1, T, -1]).dataSync());
    close(tf.slice(logits_BTV, [b, 0, 0], [1, T, -1]), [...expected], 1e-4);
    close(
      tf.slice(features_BTD, [b, 0, 0], [1, T, -1]),
      [...tf.slice(states, [0, start, 0], [1, T, -1]).dataSync()],
      1e-4,
    );
    close(
      tf.slice(before.features_BTD, [b, 0, 0], [1, T, -1]),
      [...tf.slice(states, [0, start - 1, 0], [1, T, -1]).dataSync()],
      1e-4,
    );
  }
});

test("gradients reach embeddings and all layers, and features stay when the policy trains", () => {
  const variables = trainable(model, /embed|layers\.0.*q_proj/);
  const before = policy.features(encoded, [0]).features_BTD.dataSync();
  const { grads } = tf.variableGrads(() => {
    const { logits_BTV, ids_BT } = policy.teacherForce(encoded, [0]);
    return tf.sum(tokenNll(logits_BTV, ids_BT)) as tf.Scalar;
  }, variables);
  for (const { name } of variables) assert.ok(Math.max(...tf.abs(grads[name]).dataSync()) > 1e-6, name);
  tf.tidy(() => variables[0].assign(tf.add(variables[0], 0.5)));
  assert.deepEqual(policy.features(encoded, [0]).features_BTD.dataSync(), before);
});

test("examples without a prompt or a response are named, wherever they stand", async () => {
  for (const row of examples.keys()) {
    const without = (part: "prompt" | "response") =>
      examples.map((example, i) => (i === row ? { ...example, [part]: [] } : example));
    await assert.rejects(
      policy.encode(without("prompt")),
      new RegExp(`prompt ${row} has no token\\. Begin it with the model's start`),
    );
    await assert.rejects(policy.encode(without("response")), new RegExp(`response ${row} has no token`));
  }
});

test("nothing leaks", () => {
  leavesNothing(() => ({ ...policy.teacherForce(encoded, [0, 1]) }));
  leavesNothing(() => ({ ...policy.features(encoded, [0, 2]) }));
  leavesNothing(() => ({ ...policy.featuresBefore(encoded, [0, 2]) }));
});
