import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { checkAxes } from "../../src/core/shapes";

test("axes are read from the names", () => {
  const sizes = checkAxes("f", { logits_BTV: tf.zeros([2, 3, 5]), ids_BT: tf.zeros([2, 3]) });
  assert.deepEqual(sizes, { B: 2, T: 3, V: 5 });
});

test("a wrong rank and a wrong size name the tensor", () => {
  assert.throws(() => checkAxes("f", { ids_BT: tf.zeros([2]) }), {
    message: "f: ids_BT has shape [2]. Give it 2 axes: B, T.",
  });
  assert.throws(() => checkAxes("f", { ids_BT: tf.zeros([2, 3]), mask_BT: tf.zeros([2, 4]) }), {
    message: "f: mask_BT has shape [2,4], but T is 3 in ids_BT. Give both the same T.",
  });
});
