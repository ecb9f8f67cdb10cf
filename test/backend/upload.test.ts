import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { upload } from "../../src/backend/upload";

before(() => selectBackend());

test("an uploaded tensor is the same tensor, and holds its numbers when their array is gone", () => {
  const x = tf.tensor1d(Float32Array.of(1, 2));
  assert.equal(upload(x), x);
  assert.deepEqual([...x.dataSync()], [1, 2]);
  if (tf.getBackend() === "tensorflow") {
    const { tensorMap } = tf.backend() as unknown as { tensorMap: { get(id: object): { values: unknown } } };
    assert.equal(tensorMap.get(x.dataId).values, null);
  }
  x.dispose();
});
