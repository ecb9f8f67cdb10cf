import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { readMaskedConfig } from "../../../src/models/masked/config";
import { type MaskedInput, type MaskedLm, maskedForward, maskedLogits } from "../../../src/models/masked/forward";
import { createMaskedLm, loadMaskedLm } from "../../../src/models/masked/load";
import { close, leavesNothing } from "../../close";
import { inTiny, tinyModelConfig } from "../../tiny-models";

let [bert, roberta]: MaskedLm[] = [];
before(async () => {
  await selectBackend();
  [bert, roberta] = [await loadMaskedLm(inTiny("bert")), await loadMaskedLm(inTiny("roberta"))];
});
after(() => {
  bert.dispose();
  roberta.dispose();
});

const whole = { ids: [[12, 40, 33, 9]], mask: [[1, 1, 1, 1]] };

/** Logits of the first row's tokens, padding left out. */
const atTokens = (model: MaskedLm, input: MaskedInput) =>
  tf.tidy(() => {
    const logits = maskedLogits(model, maskedForward(model, input));
    const positions = input.mask[0].flatMap((seen, t) => (seen ? [t] : []));
    return tf.gather(tf.squeeze(tf.slice(logits, 0, 1), [0]), positions);
  });

test("what stands in the padding changes nothing", () => {
  for (const [model, ids, mask] of [
    [bert, [12, 40, 33, 9, 50, 60], [1, 1, 1, 1, 0, 0]],
    [roberta, [12, 40, 33, 9, 50, 60], [1, 1, 1, 1, 0, 0]],
    [roberta, [50, 60, 12, 40, 33, 9], [0, 0, 1, 1, 1, 1]],
  ] as const) {
    const padded = { ids: [[...ids], [7, 8, 7, 8, 7, 8]], mask: [[...mask], [1, 1, 1, 1, 1, 1]] };
    close(atTokens(model, padded), [...atTokens(model, whole).dataSync()]);
  }
});

test("logits of chosen states are those of the whole", () => {
  const states = maskedForward(bert, whole);
  const one = tf.squeeze(tf.slice(states, [0, 2, 0], [1, 1, -1]), [0]) as tf.Tensor2D;
  close(maskedLogits(bert, one), [...tf.slice(maskedLogits(bert, states), [0, 2, 0], [1, 1, -1]).dataSync()]);
});

test("gradients agree with finite differences", () => {
  const name = "bert.embeddings.token_type_embeddings.weight";
  const weights = bert.weights[name];
  const [rows, columns] = weights.shape as [number, number];
  const loss = (table: tf.Tensor) => {
    bert.weights[name] = table;
    const logits = maskedLogits(bert, maskedForward(bert, { ...whole, typeIds: [[0, 1, 1, 0]] }));
    bert.weights[name] = weights;
    return tf.mean(tf.square(logits)) as tf.Scalar;
  };
  const gradient = tf.grad(loss)(weights).dataSync();
  for (const at of [0, 7, columns + 3]) {
    const shift = tf.tensor2d(
      Float32Array.from({ length: rows * columns }, (_, i) => (i === at ? 0.01 : 0)),
      [rows, columns],
    );
    const rise = loss(tf.add(weights, shift)).dataSync()[0] - loss(tf.sub(weights, shift)).dataSync()[0];
    close(tf.scalar(rise / 0.02), gradient[at], 2e-3);
  }
});

test("nothing but the states and logits survives", () => {
  leavesNothing(() => {
    const last = maskedForward(roberta, whole);
    return [last, maskedLogits(roberta, last)];
  });
});

test("an untrained model depends on its seed alone, and may go without a head", () => {
  const config = readMaskedConfig(tinyModelConfig("roberta"), "roberta");
  const make = (seed: number) => createMaskedLm(config, { rng: seeded(seed) });
  const [first, second, other] = [make(1), make(1), make(2)];
  const headless = createMaskedLm({ ...config, head: undefined }, { rng: seeded(1) });
  const states = maskedForward(first, whole).dataSync();
  close(maskedForward(second, whole), [...states]);
  close(maskedForward(headless, whole), [...states]);
  assert.notDeepEqual(maskedForward(other, whole).dataSync(), states);
  assert.throws(() => maskedLogits(headless, maskedForward(headless, whole)), /has no masked-LM head/);
  assert.throws(() => first.tokenizer, /has no tokenizer/);
  for (const model of [first, second, other, headless]) model.dispose();
});

test("errors name what is wrong with the batch", () => {
  const mask = [[1, 1]];
  for (const [input, message] of [
    [{ ids: [], mask: [] }, /holds no token/],
    [{ ids: [[1, 2]], mask: [[0, 0]] }, /row 0 has no token/],
    [{ ids: [[1, 2], [3]], mask: [[1, 1], [1]] }, /row 1 of ids has 1 entries, not 2/],
    [{ ids: [[1, 61]], mask }, /row 0 holds the id 61/],
    [{ ids: [[1, 2]], mask, typeIds: [[0, 2]] }, /a token type is 2/],
    [{ ids: [[1, 2]], mask, typeIds: [[0]] }, /differ in shape/],
    [{ ids: [Array(19).fill(5)], mask: [Array(19).fill(1)] }, /19 tokens exceed its context of 18/],
  ] as [MaskedInput, RegExp][])
    assert.throws(() => maskedForward(bert, input), message);
});

test("in bfloat16 the logits stay near", async () => {
  const half = await loadMaskedLm(inTiny("bert"), { precision: "bfloat16" });
  close(
    maskedLogits(half, maskedForward(half, whole)),
    [...maskedLogits(bert, maskedForward(bert, whole)).dataSync()],
    0.1,
  );
  half.dispose();
});
