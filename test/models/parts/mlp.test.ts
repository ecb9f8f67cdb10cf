import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { seeded } from "../../../src/core/random";
import { createMlp } from "../../../src/models/parts/mlp";
import { close, leavesNothing } from "../../close";

before(() => selectBackend());

const options = { inputs: 3, hidden: 2, outputs: 1 };

test("relu(x·W1 + b1)·W2 + b2, with gradients to all four", () => {
  const mlp = createMlp({ ...options, rng: seeded(0) });
  const [w1, b1, w2, b2] = mlp.variables;
  w1.assign(tf.tensor2d([1, -1, 0, 1, 2, -1], [3, 2]));
  b1.assign(tf.tensor1d([0.5, 0]));
  w2.assign(tf.tensor2d([2, 3], [2, 1]));
  b2.assign(tf.tensor1d([-1]));
  const x_ND = tf.tensor2d([[1, 1, 1]]); // hidden 3.5 and −1
  close(mlp.apply(x_ND), [6]);
  const { grads } = tf.variableGrads(() => tf.sum(mlp.apply(x_ND)), mlp.variables);
  close(grads[w1.name], [2, 0, 2, 0, 2, 0]);
  close(grads[b1.name], [2, 0]);
  close(grads[w2.name], [3.5, 0]);
  close(grads[b2.name], [1]);
  leavesNothing(() => mlp.apply(x_ND));
});

test("weights start in Glorot's range, biases where told; the same seed starts the same; dispose frees all", () => {
  const before = tf.memory().numTensors;
  const make = (seed: number) =>
    createMlp({ inputs: 30, hidden: 20, outputs: 10, lastGain: 0.1, lastBias: 0.5, rng: seeded(seed) });
  const [a, same, other] = [make(1), make(1), make(2)];
  const [w1, b1, w2, b2] = a.variables.map(v => [...v.dataSync()]);
  const largest = (values: number[]) => Math.max(...values.map(Math.abs));
  const [limit1, limit2] = [Math.sqrt(6 / 50), 0.1 * Math.sqrt(6 / 30)];
  assert.ok(largest(w1) < limit1 && largest(w1) > 0.95 * limit1);
  assert.ok(largest(w2) < limit2 && largest(w2) > 0.95 * limit2);
  assert.deepEqual(b1, Array(20).fill(0));
  assert.deepEqual(b2, Array(10).fill(0.5));
  assert.deepEqual([...same.variables[0].dataSync()], w1);
  assert.notDeepEqual([...other.variables[0].dataSync()], w1);
  for (const mlp of [a, same, other]) mlp.dispose();
  assert.equal(tf.memory().numTensors, before);
});
