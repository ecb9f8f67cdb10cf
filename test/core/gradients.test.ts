import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { tokenNll } from "../../src/backend/token-nll";
import { gradientsOf } from "../../src/core/backward";
import { constant, lookUp } from "../../src/core/gradients";
import { close, leavesNothing } from "../close";

const table_VD = tf.tensor2d([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const ids_BT = tf.tensor2d([[2, 0, 2]], [1, 3], "int32");

test("lookUp takes rows, and adds the gradients of a repeated id", () => {
  const rows = lookUp(table_VD, ids_BT);
  assert.deepEqual(rows.shape, [1, 3, 2]);
  close(rows, [5, 6, 1, 2, 5, 6]);
  const d = tf.tensor3d([
    [
      [1, 10],
      [2, 20],
      [4, 40],
    ],
  ]);
  close(tf.grad(table => tf.sum(tf.mul(lookUp(table as tf.Tensor2D, ids_BT), d)))(table_VD), [2, 20, 0, 0, 5, 50]);
});

const logits_BTV = tf.tensor3d([
  [
    [0, Math.log(3), 0],
    [1000, -Infinity, 1000],
    [0, 0, 0],
  ],
]);

test("tokenNll is −log softmax, also for huge and impossible logits", () => {
  close(tokenNll(logits_BTV, ids_BT), [Math.log(5), Math.log(2), Math.log(3)]);
});

test("the gradient of tokenNll is softmax − one-hot, times what comes in", () => {
  const weight_BT = tf.tensor2d([[1, 2, -3]]);
  const loss = (logits: tf.Tensor) => tf.sum(tf.mul(tokenNll(logits as tf.Tensor3D, ids_BT), weight_BT));
  close(tf.grad(loss)(logits_BTV), [0.2, 0.6, -0.8, -1, 0, 1, -1, -1, 2]);
});

test("a constant passes no gradient", () => {
  const x = tf.scalar(3);
  close(tf.grad(x => tf.mul(x, constant(x)))(x), 3);
});

/** Constants made of what trains: v = (1, −2, 3), and the gradient by hand. */
const v = tf.variable(tf.tensor1d([1, -2, 3]));
const constants: Record<string, [loss: (v_D: tf.Tensor) => tf.Tensor, gradient: number[]]> = {
  "the variable": [v => tf.mul(v, constant(v)), [1, -2, 3]],
  "an intermediate result": [v => tf.mul(v, constant(tf.square(v))), [1, 4, 9]],
  "one freed by an inner tidy": [v => tf.tidy(() => tf.mul(v, constant(tf.tidy(() => tf.mul(v, 2))))), [2, -4, 6]],
  "one used before and after": [
    v => tf.tidy(() => ((x: tf.Tensor) => tf.mul(tf.mul(x, constant(x)), x))(tf.mul(v, 1))),
    [2, 8, 18],
  ],
  "a part of one": [v => tf.mul(v, constant(tf.split(tf.mul(v, 1), 3)[2])), [3, 3, 3]],
  "a constant": [v => tf.mul(v, constant(constant(tf.neg(v)))), [-1, 2, -3]],
  "whole numbers": [v => tf.mul(v, tf.cast(constant(tf.argMax(tf.mul(v, 1))), "float32")), [2, 2, 2]],
};

for (const engine of ["native", "wasm", "cpu"] as const)
  test(`a constant of what trains, in our backward pass and in tfjs's: ${engine}`, async t => {
    const unavailable = await selectBackend(engine).catch(error => error as Error);
    if (unavailable instanceof Error) return t.skip(unavailable.message);
    for (const [loss, expected] of Object.values(constants)) {
      const { gradients } = gradientsOf(() => tf.sum(loss(v)) as tf.Scalar, [v]);
      close(gradients[0]!, expected);
      close(tf.grad(x => tf.sum(loss(x)))(v), expected);
      leavesNothing(() => ({ ...gradientsOf(() => tf.sum(loss(v)) as tf.Scalar, [v]) }));
    }
    assert.throws(
      () => gradientsOf(() => tf.sum(constant(tf.square(v))) as tf.Scalar, [v]),
      /depends on none of the var/,
    );
  });

test("wrong shapes are named", () => {
  assert.throws(() => tokenNll(logits_BTV, tf.zeros([2, 3])), /tokenNll: ids_BT has shape \[2,3\], but B is 1/);
});

test("nothing leaks, with and without gradients", () => {
  leavesNothing(() => [lookUp(table_VD, ids_BT), tokenNll(logits_BTV, ids_BT)]);
  leavesNothing(() => tf.grad(x => tf.sum(tokenNll(x as tf.Tensor3D, ids_BT)))(logits_BTV));
  leavesNothing(() => tf.grad(x => tf.sum(lookUp(x as tf.Tensor2D, ids_BT)))(table_VD));
});
