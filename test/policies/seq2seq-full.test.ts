import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { tokenNll } from "../../src/backend/token-nll";
import { frozenCopy } from "../../src/models/frozen-copy";
import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable } from "../../src/models/trainable";
import type { EncodedExamples, ResponsePolicy } from "../../src/policies/response-policy";
import { seq2seqFullPolicy } from "../../src/policies/seq2seq-full";
import { padRight } from "../../src/text/batches";
import { close, leavesNothing } from "../close";
import { inTiny } from "../tiny-models";

const examples = [
  { prompt: [12, 40, 33, 8], response: [5, 6, 1] },
  { prompt: [9, 1], response: [7] },
  { prompt: [21, 22, 9, 40, 52], response: [9, 10, 11, 1] },
];

let model: Seq2SeqLm;
let reader: Seq2SeqLm;
let policy: ResponsePolicy;
let encoded: EncodedExamples;
before(async () => {
  await selectBackend();
  model = await loadSeq2Seq(inTiny("t5_relu"));
  reader = frozenCopy(model);
  policy = seq2seqFullPolicy(model, { frozen: reader });
  encoded = await policy.encode(examples);
});
after(() => {
  reader.dispose();
  model.dispose();
});

/** The decoder's states of one example, alone, after the start token and so many of the response's. */
const alone = ({ prompt, response }: (typeof examples)[number], tokens: number) =>
  decodeTarget(model, encodeSource(model, padRight([prompt])), {
    ids: [[model.startToken!, ...response.slice(0, tokens)]],
  });

test("a batch gives the logits of each example alone", () => {
  const { logits_BTV, ids_BT, mask_BT } = policy.teacherForce(encoded, [2, 0, 1]);
  assert.deepEqual(ids_BT.arraySync(), padRight([2, 0, 1].map(row => examples[row].response)).ids);
  assert.deepEqual(tf.sum(mask_BT, 1).arraySync(), [4, 3, 1]);
  for (const [b, row] of [2, 0, 1].entries()) {
    const T = examples[row].response.length;
    const expected = tf.tidy(() => seq2seqLogits(model, alone(examples[row], T - 1)).dataSync());
    close(tf.slice(logits_BTV, [b, 0, 0], [1, T, -1]), [...expected], 1e-4);
  }
});

test("features are the reader's states after each token", () => {
  const { features_BTD } = policy.features(encoded, [1, 2]);
  const expected = tf.tidy(() => tf.slice(alone(examples[2], 4), [0, 1, 0], [1, 4, -1]).dataSync());
  close(tf.slice(features_BTD, [1, 0, 0], [1, 4, -1]), [...expected], 1e-4);
  const before = tf.tidy(() => tf.slice(alone(examples[2], 4), [0, 0, 0], [1, 4, -1]).dataSync());
  close(tf.slice(policy.featuresBefore(encoded, [2]).features_BTD, [0, 0, 0], [1, 4, -1]), [...before], 1e-4);
  assert.deepEqual([...tf.slice(features_BTD, [0, 1, 0], [1, 3, -1]).dataSync()].filter(Boolean), []);
});

test("gradients reach the encoder, and features stay when the policy trains", () => {
  const [variable] = trainable(model, /encoder\.block\.0.*SelfAttention\.q/);
  const before = policy.features(encoded, [0]).features_BTD.dataSync();
  const { grads } = tf.variableGrads(() => {
    const { logits_BTV, ids_BT } = policy.teacherForce(encoded, [0]);
    return tf.sum(tokenNll(logits_BTV, ids_BT)) as tf.Scalar;
  }, [variable]);
  assert.ok(Math.max(...grads[variable.name].abs().dataSync()) > 1e-6);
  tf.tidy(() => variable.assign(tf.add(variable, 0.5)));
  assert.deepEqual(policy.features(encoded, [0]).features_BTD.dataSync(), before);
  assert.throws(() => seq2seqFullPolicy(model, { frozen: model }), /trains.*frozenCopy.*second LM/s);
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
});
