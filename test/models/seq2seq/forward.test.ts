import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { decodeTarget, encodeSource, type Seq2SeqLm, seq2seqLogits } from "../../../src/models/seq2seq/forward";
import { loadSeq2Seq } from "../../../src/models/seq2seq/load";
import type { Padded } from "../../../src/text/batches";
import { close, leavesNothing } from "../../close";
import { inTiny } from "../../tiny-models";

let model: Seq2SeqLm;
before(async () => {
  await selectBackend();
  model = await loadSeq2Seq(inTiny("t5_gated_gelu"));
});
after(() => model.dispose());

const source: Padded = { ids: [[12, 40, 33]], mask: [[1, 1, 1]] };
const target: Padded = { ids: [[0, 9, 22, 17]], mask: [[1, 1, 1, 1]] };

/** Logits of the first target's tokens, padding left out. */
const atTokens = (from: Padded, to: Padded) =>
  tf.tidy(() => {
    const logits = seq2seqLogits(model, decodeTarget(model, encodeSource(model, from), to));
    const positions = to.mask[0].flatMap((seen, t) => (seen ? [t] : []));
    return tf.gather(tf.squeeze(tf.slice(logits, 0, 1), [0]), positions);
  });

test("padding changes nothing, on either side of source and target, and each row sees its own source", () => {
  const expected = [...atTokens(source, target).dataSync()];
  const other = [5, 5, 6, 6, 7];
  const sources = [
    { ids: [[12, 40, 33, 8, 9], other], mask: [[1, 1, 1, 0, 0], other.map(() => 1)] },
    { ids: [[8, 9, 12, 40, 33], other], mask: [[0, 0, 1, 1, 1], other.map(() => 1)] },
  ];
  const targets = [
    { ids: [[0, 9, 22, 17, 3], other], mask: [[1, 1, 1, 1, 0], other.map(() => 1)] },
    { ids: [[3, 0, 9, 22, 17], other], mask: [[0, 1, 1, 1, 1], other.map(() => 1)] },
  ];
  for (const from of sources) for (const to of targets) close(atTokens(from, to), expected);
});

test("a token does not see those after it", () => {
  const changed = atTokens(source, { ...target, ids: [[0, 9, 22, 50]] });
  const before = atTokens(source, target);
  const first = (x: tf.Tensor) => [...tf.slice(x, 0, 3).dataSync()];
  close(tf.slice(changed, 0, 3), first(before));
  assert.notDeepEqual([...changed.dataSync()], [...before.dataSync()]);
});

test("gradients agree with finite differences", () => {
  for (const name of [
    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
    "decoder.block.1.layer.1.EncDecAttention.k.weight",
  ]) {
    const weights = model.weights[name];
    const [rows, columns] = weights.shape as [number, number];
    const loss = (table: tf.Tensor) => {
      model.weights[name] = table;
      const logits = seq2seqLogits(model, decodeTarget(model, encodeSource(model, source), target));
      model.weights[name] = weights;
      return tf.mean(tf.square(logits)) as tf.Scalar;
    };
    const gradient = [...tf.grad(loss)(weights).dataSync()];
    const steepest = gradient.reduce((best, x, i) => (Math.abs(x) > Math.abs(gradient[best]) ? i : best), 0);
    for (const at of [0, steepest]) {
      const shift = tf.tensor2d(
        Float32Array.from({ length: rows * columns }, (_, i) => (i === at ? 0.01 : 0)),
        [rows, columns],
      );
      const rise = loss(tf.add(weights, shift)).dataSync()[0] - loss(tf.sub(weights, shift)).dataSync()[0];
      close(tf.scalar(rise / 0.02), gradient[at], 1e-2);
    }
  }
});

test("nothing but the states and logits survives", () => {
  leavesNothing(() => {
    const read = encodeSource(model, source);
    const states = decodeTarget(model, read, target);
    return [read.states_BSD, states, seq2seqLogits(model, states)];
  });
});

test("errors name the row", () => {
  assert.throws(() => encodeSource(model, { ids: [[1], [2]], mask: [[1], [0]] }), /row 1 has no token/);
  const read = encodeSource(model, source);
  assert.throws(() => decodeTarget(model, read, { ids: [[0, -1]] }), /row 0 holds the id -1/);
  assert.throws(() => decodeTarget(model, read, { ids: [[0], [0]] }), /2 targets for 1 sources/);
});

test("in bfloat16 the logits stay near", async () => {
  const half = await loadSeq2Seq(inTiny("t5_relu"), { precision: "bfloat16" });
  const whole = await loadSeq2Seq(inTiny("t5_relu"));
  const [found, expected] = [half, whole].map(model => [
    ...seq2seqLogits(model, decodeTarget(model, encodeSource(model, source), target)).dataSync(),
  ]);
  close(tf.tensor1d(found), expected, 0.02);
  half.dispose();
  whole.dispose();
});
