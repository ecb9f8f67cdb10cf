import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamUpdate } from "../../src/backend/adam-update";
import { selectBackend } from "../../src/backend/select";
import { sumOfSquares } from "../../src/backend/sum-of-squares";
import { close } from "../close";

before(() => selectBackend());

const shared = { scale: 0.5, beta1: 0.8, beta2: 0.9, rate: 0.1, floor: 0.01, decay: 0.25 };
const variable = (values: number[]) => tf.tidy(() => tf.variable(tf.tensor1d(values)));

test("one update is the formula's; clones keep their values and nothing else stays", () => {
  const [parameter, first, second] = [
    [4, -2, 0],
    [1, 0, 0],
    [0.1, 0.2, 0],
  ].map(variable);
  const gradient = tf.tensor1d([2, -4, 0]);
  const clones = [parameter, first, second].map(x => tf.clone(x));
  const tensors = tf.memory().numTensors;
  adamUpdate([{ parameter, first, second, gradient, ...shared }]);
  assert.equal(tf.memory().numTensors, tensors);
  close(first, [0.8 + 0.2, 0.2 * -2, 0], 1e-6);
  close(second, [0.09 + 0.1, 0.18 + 0.1 * 4, 0], 1e-6);
  const change = [0.1 / (Math.sqrt(0.19) + 0.01), -0.04 / (Math.sqrt(0.58) + 0.01), 0];
  close(parameter, [3 - change[0], -1.5 - change[1], 0], 1e-6);
  for (const [i, values] of [
    [4, -2, 0],
    [1, 0, 0],
    [0.1, 0.2, 0],
  ].entries())
    close(clones[i], values, 1e-7);
  tf.dispose([parameter, first, second, gradient, ...clones]);
});

test("the sum of squares goes over all tensors of any shape", () => {
  const tensors = [tf.tensor2d([[1, 2]]), tf.scalar(-3)];
  const before = tf.memory().numTensors;
  const sum = sumOfSquares(tensors);
  close(sum, [14]);
  sum.dispose();
  assert.equal(tf.memory().numTensors, before);
  tf.dispose(tensors);
});

test("updates in place reach neither clones, nor reshaped views, nor the array that a variable was made from", () => {
  const array = new Float32Array([1, 2, 3, 4]);
  const parameter = tf.tidy(() => tf.variable(tf.tensor1d(array)));
  const [first, second] = [variable([0, 0, 0, 0]), variable([0, 0, 0, 0])];
  const gradient = tf.tensor1d([1, -1, 1, -1]);
  const step = () => adamUpdate([{ parameter, first, second, gradient, ...shared }]);
  step();
  assert.deepEqual([...array], [1, 2, 3, 4]);
  const kept = () => [...parameter.dataSync()];
  const [then, clone] = [kept(), tf.clone(parameter)];
  step();
  close(clone, then, 0);
  const [later, view] = [kept(), tf.reshape(parameter, [2, 2])];
  step();
  close(view, later, 0);
  assert.notDeepEqual(kept(), later);
  tf.dispose([parameter, first, second, gradient, clone, view]);
});
