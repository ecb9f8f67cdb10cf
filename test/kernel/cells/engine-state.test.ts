import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { engineState } from "../../../kernel/cells/engine-state";
import { selectBackend } from "../../../src/backend/select";

before(() => selectBackend("cpu"));

test("scopes that were left open are closed, with a tensor that was half freed, and gradients work", () => {
  const outside = tf.scalar(1);
  const before = tf.memory().numTensors;
  const restore = engineState();
  tf.engine().startScope("cell");
  const kept = tf.keep(tf.scalar(2));
  tf.engine().startScope("inner");
  const free = tf.scalar(3);
  const half = tf.scalar(4);
  const dispose = tf.engine().disposeTensor;
  tf.engine().disposeTensor = function (tensor) {
    dispose.call(this, tensor);
    if (tensor.id === half.id) throw new Error("Delete called on a Tensor not referenced");
  };
  try {
    restore();
  } finally {
    tf.engine().disposeTensor = dispose;
  }
  assert.deepEqual([free.isDisposed, half.isDisposed, kept.isDisposed, outside.isDisposed], [true, true, false, false]);
  assert.equal(tf.memory().numTensors, before + 1);
  const slope = tf.grad(x => tf.square(x))(outside);
  assert.equal(slope.dataSync()[0], 2);
  tf.dispose([kept, outside, slope]);
  assert.equal(tf.memory().numTensors, before - 1);
});
