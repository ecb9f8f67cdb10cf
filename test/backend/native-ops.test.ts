import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { dense, hasBfloat16, toBfloat16 } from "../../src/backend/native-ops";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

const rng = seeded(0);
const normals = (rows: number, columns: number) =>
  tf.tensor2d(Array.from({ length: rows * columns }, rng.normal), [rows, columns]);

test("dense is x·Wᵀ or x·W, with gradients to both", () => {
  const [x, w] = [tf.tensor2d([[1, 2]]), tf.tensor2d([3, 4, 5, 6], [2, 2])];
  close(dense(x, w), [11, 17]);
  close(dense(x, w, true), [13, 16]);
  const [toX, toW] = tf.grads((y, v) => tf.sum(dense(y as tf.Tensor2D, v as tf.Tensor2D)))([x, w]);
  close(toX, [8, 10]);
  close(toW, [1, 2, 1, 2]);
});

test("with a bfloat16 weight it is close in TensorFlow, and the same elsewhere", () => {
  const [x, w] = [normals(20, 64), normals(30, 64)];
  const half = toBfloat16(w);
  const [found, exact] = [dense(x, half), tf.matMul(x, w, false, true)];
  assert.equal(found.dtype, "float32");
  const scale = 8; // the deviation of a sum of 64 products of normals
  close(tf.div(found, scale), [...tf.div(exact, scale).dataSync()], hasBfloat16() ? 1e-2 : 1e-6);
  if (hasBfloat16()) assert.notDeepEqual([...found.dataSync()], [...exact.dataSync()]);
  leavesNothing(() => dense(x, half));
  leavesNothing(() => toBfloat16(w));
});

test("the bfloat16 copy outlives the matrix it was made from", () => {
  const w = tf.tensor2d([0.5, 2], [1, 2]); // exact in bfloat16
  const half = toBfloat16(w);
  w.dispose();
  close(dense(tf.tensor2d([[4, 8]]), half), [18]);
});
