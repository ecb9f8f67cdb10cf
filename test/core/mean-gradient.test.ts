import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { meanGradient } from "../../src/core/mean-gradient";
import { seeded } from "../../src/core/random";
import { close } from "../close";

const [B, D] = [8, 3];
const rng = seeded(0);
const x_BD = tf.tensor2d(Array.from({ length: B * D }, rng.normal), [B, D]);
const w_DD = tf.variable(tf.tensor2d(Array.from({ length: D * D }, rng.normal), [D, D]));
const idle = tf.variable(tf.scalar(1));

/** The mean over rows from..from + count of Σ tanh(x·w)². */
const loss = (from: number, count: number) => () => {
  const rows = tf.slice(x_BD, [from, 0], [count, D]);
  return tf.div(tf.sum(tf.square(tf.tanh(tf.matMul(rows, w_DD as tf.Tensor as tf.Tensor2D)))), count) as tf.Scalar;
};

const splits: Record<string, [from: number, count: number][]> = {
  "8 × 1": Array.from({ length: B }, (_, i) => [i, 1]),
  "2 × 4": [
    [0, 4],
    [4, 4],
  ],
  "3 + 3 + 2, the last one smaller": [
    [0, 3],
    [3, 3],
    [6, 2],
  ],
};

for (const [name, parts] of Object.entries(splits))
  test(`${name} rows weighted by their number are 1 × 8`, () => {
    const whole = meanGradient([loss(0, B)], [w_DD, idle]);
    const start = tf.memory().numTensors;
    const made = meanGradient(
      parts.map(([from, count]) => loss(from, count)),
      [w_DD, idle],
      parts.map(([, count]) => count),
    );
    assert.equal(tf.memory().numTensors, start + 2);
    close(made.loss, [...whole.loss.dataSync()], 1e-6);
    close(made.gradients[0]!, [...whole.gradients[0]!.dataSync()], 1e-6);
    assert.equal(made.gradients[1], undefined);
    tf.dispose([whole, made] as unknown as tf.TensorContainer);
  });

test("what one loss needs is freed before the next begins", () => {
  const held: number[] = [];
  const watched = (from: number) => () => {
    held.push(tf.memory().numTensors);
    return loss(from, 1)();
  };
  const { loss: mean, gradients } = meanGradient([0, 1, 2, 3].map(watched), [w_DD]);
  // The sums of loss and gradient so far, and the share.
  assert.ok(
    held.every(count => count - held[0] <= 3),
    `${held}`,
  );
  assert.equal(held[3], held[1]);
  tf.dispose([mean, ...gradients.map(g => g!)]);
});

test("one gradient that serves two variables is added up for each", () => {
  const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
  const both = tf.customGrad((x, y) => ({
    value: tf.add(x as tf.Tensor, y as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [dy, dy],
  }));
  const sum = () => both(a, b) as tf.Scalar;
  const { gradients } = meanGradient([sum, sum, sum], [a, b]);
  close(tf.stack(gradients as tf.Tensor[]), [1, 1]);
});

test("weights that make no mean are refused", () => {
  for (const weights of [[1], [0, 0], [1, -1], [1, Number.NaN], [Infinity, 1]])
    assert.throws(() => meanGradient([loss(0, 1), loss(1, 1)], [w_DD], weights), /weights of 2 losses/);
  assert.throws(() => meanGradient([], [w_DD]), /no loss/);
});
