import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type AdamWOptions, adamW } from "../../src/backend/adamw";
import { close } from "../close";

/** Two variables, and mean((x·w + b)²) for x = [1, 2]. */
function problem(options: AdamWOptions) {
  const w = tf.tidy(() => tf.variable(tf.tensor2d([1, -2, 0.5, 3], [2, 2])));
  const b = tf.tidy(() => tf.variable(tf.tensor1d([0.1, -0.2])));
  const loss = () => tf.mean(tf.square(tf.add(tf.matMul(tf.tensor2d([[1, 2]]), w), b))) as tf.Scalar;
  const optimizer = adamW([w, b], options);
  const steps = (count: number) => Array.from({ length: count }, () => optimizer.minimize(loss));
  const values = () => [w, b].flatMap(v => [...v.dataSync()]);
  const dispose = () => {
    optimizer.dispose();
    tf.dispose([w, b]);
  };
  return { w, b, optimizer, steps, values, dispose };
}

const options = { learningRate: 0.1, weightDecay: 0.2 };

// torch.optim.AdamW of PyTorch 2.13 (float64) after clip_grad_norm_, five steps on the same problem.
const table: [clipNorm: number | undefined, losses: number[], end: number[]][] = [
  [
    undefined,
    [9.425, 6.89897001, 4.83365616, 3.20350829, 1.98234442],
    [0.435126, -2.28915221, -0.0168344, 2.23045177, -0.37840272, -0.66209478],
  ],
  [
    0.5,
    [9.425, 6.89897011, 4.83365631, 3.20350846, 1.98234458],
    [0.43493509, -2.2892378, -0.01702534, 2.23036617, -0.37859363, -0.66218037],
  ],
];

for (const [clipNorm, losses, end] of table)
  test(`five steps give PyTorch's numbers, gradient clipped to ${clipNorm ?? "the default of 5"}`, () => {
    const { w, b, steps, values, dispose } = problem({ ...options, clipNorm });
    const done = steps(5);
    close(tf.tensor1d(done.map(({ loss }) => loss)), losses, 3e-6);
    close(tf.tensor1d(done.map(({ gradientNorm }) => gradientNorm).slice(0, 1)), [10.63484838], 1e-6);
    close(tf.tensor1d(values()), end, 3e-6);
    assert.deepEqual([w.shape, b.shape], [[2, 2], [2]]);
    dispose();
  });

test("from a restored snapshot the same steps give the same numbers, any number of times", () => {
  const { optimizer, steps, values, dispose } = problem(options);
  steps(2);
  const snapshot = optimizer.snapshot();
  const at = values();
  const expected = steps(3);
  const end = values();
  for (let again = 0; again < 2; again++) {
    optimizer.restore(snapshot);
    assert.deepEqual(values(), at);
    assert.deepEqual(steps(3), expected);
    assert.deepEqual(values(), end);
  }
  tf.dispose(snapshot.tensors);
  dispose();
});

test("a loss or a gradient that is not a number changes nothing", () => {
  const { w, b, optimizer, steps, values, dispose } = problem(options);
  const other = problem(options);
  for (const p of [steps, other.steps]) p(2);
  const before = values();
  const sum = () => tf.add(tf.sum(w), tf.sum(b));
  const { loss } = optimizer.minimize(() => tf.mul(sum(), Number.NaN) as tf.Scalar);
  assert.ok(Number.isNaN(loss));
  const endless = optimizer.minimize(() => tf.sqrt(tf.mul(sum(), 0)) as tf.Scalar); // 0, with a gradient of 0 · ∞
  assert.equal(endless.loss, 0);
  assert.ok(Number.isNaN(endless.gradientNorm));
  assert.deepEqual(values(), before);
  assert.deepEqual(steps(2), other.steps(2));
  assert.deepEqual(values(), other.values());
  dispose();
  other.dispose();
});

test("steps leave no tensor, snapshots and the optimizer go when disposed", () => {
  const start = tf.memory().numTensors;
  const { w, b, optimizer, steps, dispose } = problem(options);
  const made = tf.memory().numTensors;
  steps(10);
  optimizer.minimize(() => tf.mul(tf.add(tf.sum(w), tf.sum(b)), Number.NaN) as tf.Scalar);
  assert.equal(tf.memory().numTensors, made);
  const snapshot = optimizer.snapshot();
  optimizer.restore(snapshot);
  tf.dispose(snapshot.tensors);
  assert.equal(tf.memory().numTensors, made);
  dispose();
  assert.equal(tf.memory().numTensors, start);
});
