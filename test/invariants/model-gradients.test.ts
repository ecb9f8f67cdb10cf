// Along a random direction u through all parameters, (loss(θ + εu) − loss(θ − εu)) / 2ε is the gradient's product with
// u.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { type Rng, seeded } from "../../src/core/random";
import { causalForward, causalLogits } from "../../src/models/causal/forward";
import { loadCausalLm } from "../../src/models/causal/load";
import { maskedForward, maskedLogits } from "../../src/models/masked/forward";
import { loadMaskedLm } from "../../src/models/masked/load";
import type { Model } from "../../src/models/model";
import { decodeTarget, encodeSource, seq2seqLogits } from "../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../src/models/seq2seq/load";
import { trainable } from "../../src/models/trainable";
import { padRight } from "../../src/text/batches";
import { inTiny } from "../tiny-models";

before(() => selectBackend());

const batch = padRight([
  [5, 9, 12, 7],
  [8, 3],
]);
const target = padRight([
  [0, 6, 4],
  [0, 11, 2],
]);

async function causal(name: string): Promise<[Model, () => tf.Tensor]> {
  const model = await loadCausalLm(inTiny(name));
  return [model, () => causalLogits(model, causalForward(model, batch).last)];
}
async function masked(name: string): Promise<[Model, () => tf.Tensor]> {
  const model = await loadMaskedLm(inTiny(name));
  return [model, () => maskedLogits(model, maskedForward(model, batch))];
}
async function seq2seq(name: string): Promise<[Model, () => tf.Tensor]> {
  const model = await loadSeq2Seq(inTiny(name));
  return [model, () => seq2seqLogits(model, decodeTarget(model, encodeSource(model, batch), target))];
}
const families = {
  gpt2: causal,
  llama_gqa_tied: causal,
  llama_gqa_untied: causal,
  bert: masked,
  roberta: masked,
  t5_relu: seq2seq,
  t5_gated_gelu: seq2seq,
};

const normals = (shape: number[], { normal }: Rng) =>
  tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal), shape);

for (const [name, load] of Object.entries(families))
  test(name, async () => {
    const [model, scores] = await load(name);
    const variables = trainable(model, /./);
    const rng = seeded(3);
    tf.tidy(() => {
      const pull = normals(scores().shape, rng);
      const loss = () => tf.mean(tf.mul(tf.logSoftmax(scores()), pull)) as tf.Scalar;
      const { grads } = tf.variableGrads(loss, variables);
      const start = variables.map(v => tf.clone(v));
      const way = variables.map(v => normals(v.shape, rng));
      const norm = Math.hypot(...variables.map(v => tf.norm(grads[v.name]).dataSync()[0]));
      const slope = variables.reduce((sum, v, i) => sum + tf.sum(tf.mul(grads[v.name], way[i])).dataSync()[0], 0);
      const at = (step: number) => {
        for (const [i, v] of variables.entries()) v.assign(tf.add(start[i], tf.mul(way[i], step)));
        return loss().dataSync()[0];
      };
      const epsilon = 1e-4; // small, because a ReLU may bend between the two
      const found = (at(epsilon) - at(-epsilon)) / (2 * epsilon);
      // The slope is a draw from a distribution as wide as the norm.
      assert.ok(Math.abs(found - slope) < 0.01 * norm, `${found}, expected ${slope} of a norm of ${norm}`);
    });
    model.dispose();
  });
