import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type AdamWOptions, adamW, decayGroups, type ParameterGroup } from "../../src/backend/adamw";
import { selectBackend } from "../../src/backend/select";
import { close } from "../close";

before(() => selectBackend());

/** Two variables, and mean((x·w + b)²) for x = [1, 2]. */
function problem(
  options: AdamWOptions,
  grouped = (w: tf.Variable, b: tf.Variable): ParameterGroup[] => [{ variables: [w, b] }],
) {
  const w = tf.tidy(() => tf.variable(tf.tensor2d([1, -2, 0.5, 3], [2, 2])));
  const b = tf.tidy(() => tf.variable(tf.tensor1d([0.1, -0.2])));
  const loss = () => tf.mean(tf.square(tf.add(tf.matMul(tf.tensor2d([[1, 2]]), w), b))) as tf.Scalar;
  const optimizer = adamW(grouped(w, b), options);
  const steps = (count: number) => Array.from({ length: count }, () => optimizer.minimize(loss));
  const values = () => [w, b].flatMap(v => [...v.dataSync()]);
  const dispose = () => {
    optimizer.dispose();
    tf.dispose([w, b]);
  };
  return { w, b, loss, optimizer, steps, values, dispose };
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

test("25 steps in groups, with a schedule and every option set, give PyTorch's numbers", () => {
  const options: AdamWOptions = {
    learningRate: step => 0.1 / (1 + step),
    weightDecay: 0.3,
    clipNorm: 2,
    betas: [0.8, 0.95],
    epsilon: 1e-4,
  };
  const { steps, values, dispose } = problem(options, (w, b) => [
    { variables: [w] },
    { variables: [b], weightDecay: 0, learningRate: 0.02 },
  ]);
  const done = steps(25).filter((_, i) => i % 6 === 0);
  close(tf.tensor1d(done.map(({ loss }) => loss)), [9.425, 4.22116674, 2.97479138, 2.22864461, 1.70214191], 1e-6);
  const norms = done.map(({ gradientNorm }) => gradientNorm);
  close(tf.tensor1d(norms), [10.63484838, 7.11716242, 5.9747382, 5.17143455, 4.51948038], 1e-6);
  const end = [0.540521416, -2.146755792, 0.094883304, 2.30910375, -0.361109512, -0.704888604];
  close(tf.tensor1d(values()), end, 1e-6);
  dispose();
});

test("decay groups: matrices decay, what has one axis does not", () => {
  const { w, b, dispose } = problem(options);
  assert.deepEqual(decayGroups([w, b], 0.1), [
    { variables: [w], weightDecay: 0.1 },
    { variables: [b], weightDecay: 0 },
  ]);
  dispose();
});

test("several losses make one step down their weighted mean", () => {
  const [one, parts] = [problem(options), problem(options)];
  const scaled = (by: number) => () => tf.mul(parts.loss(), by) as tf.Scalar;
  const expected = one.steps(3);
  for (const { loss, gradientNorm } of expected) {
    const done = parts.optimizer.minimize([scaled(4), scaled(0), scaled(9)], [1, 6, 1 / 3]); // (4 + 0 + 3) / (22/3) of the loss
    close(
      tf.tensor1d([done.loss, done.gradientNorm]),
      [loss, gradientNorm].map(x => (x * 7 * 3) / 22),
      1e-5,
    );
  }
  one.dispose();
  parts.dispose();
});

test("a variable that no loss depends on stays, undecayed", () => {
  const { w, b, optimizer, values, dispose } = problem(options);
  const before = values();
  optimizer.minimize(() => tf.sum(tf.square(b)) as tf.Scalar);
  assert.deepEqual([...w.dataSync()], before.slice(0, 4));
  assert.notDeepEqual([...b.dataSync()], before.slice(4));
  dispose();
});

test("what cannot be trained is refused", () => {
  const { w, b, optimizer, dispose } = problem(options);
  assert.throws(() => adamW([], options), /no variable/);
  assert.throws(() => adamW([w, w], options), /given twice/);
  assert.throws(() => adamW([w], { ...options, clipNorm: 0 }), /clipNorm is 0\. Give a number above 0, or Infinity/);
  const falling = problem({ learningRate: step => 0.1 - step });
  assert.throws(() => falling.steps(2), /learning rate is -0.9/);
  const snapshot = adamW([b, w], options).snapshot();
  assert.throws(() => optimizer.restore(snapshot), /parameter\.0 is \[2\], not \[2,2\]/);
  falling.dispose();
  dispose();
});

test("500 steps hold no more tensors and bytes than one", () => {
  const { optimizer, loss, steps, dispose } = problem({ ...options, learningRate: 1e-3 });
  steps(1);
  const { numTensors, numBytes, numDataBuffers } = tf.memory();
  steps(400);
  for (let i = 0; i < 100; i++) optimizer.minimize([loss, loss]);
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
  assert.equal(tf.memory().numDataBuffers, numDataBuffers);
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
  const { loss, applied } = optimizer.minimize(() => tf.mul(sum(), Number.NaN) as tf.Scalar);
  assert.ok(Number.isNaN(loss) && !applied);
  const endless = optimizer.minimize(() => tf.sqrt(tf.mul(sum(), 0)) as tf.Scalar); // 0, with a gradient of 0 · ∞
  assert.equal(endless.loss, 0);
  assert.ok(Number.isNaN(endless.gradientNorm) && !endless.applied);
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
