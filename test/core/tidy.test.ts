import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { read, tidy } from "../../src/core/tidy";

const two = () => tf.add(tf.scalar(1), tf.scalar(1));

test("tidy keeps the tensors in its result, in records and arrays too, and frees the rest", () => {
  const before = tf.memory().numTensors;
  const { pair, name } = tidy(() => {
    two();
    return { pair: [two(), two()], name: "kept" };
  });
  assert.equal(name, "kept");
  assert.equal(tf.memory().numTensors, before + 2);
  assert.deepEqual(
    pair.map(x => x.dataSync()[0]),
    [2, 2],
  );
  tf.dispose(pair);
});

test("read gives numbers and leaves nothing, also after an error", () => {
  const before = tf.memory().numTensors;
  assert.deepEqual([...read(() => tf.mul(two(), tf.tensor1d([1, 2])))], [2, 4]);
  const broken = () => {
    two();
    throw new Error("no");
  };
  assert.throws(() => read(broken), /no/);
  assert.equal(tf.memory().numTensors, before);
});
