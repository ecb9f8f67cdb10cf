import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { genco } from "../../src/objectives/genco";
import { supcon } from "../../src/objectives/supcon";
import { checkWeights } from "../../src/objectives/weights";

const z_BD = tf.tensor2d([1, 0, 0, 2, 3, 3], [3, 2]);

test("weights that are divided by their sum are 0 or more, where they count", () => {
  const weights = tf.tensor2d([1, 0, -1, Number.NaN], [2, 2]);
  assert.throws(() => checkWeights("f", "w", weights), /^Error: f: w\[1, 0\] is -1, but .* Weights are 0 or more\.$/);
  const mask = tf.tensor2d([1, 1, 0, 1], [2, 2]);
  assert.throws(() => checkWeights("f", "w", weights, { mask, remedy: "Bound." }), /w\[1, 1\] is NaN, .* Bound\.$/);
  checkWeights("f", "w", weights, { mask: tf.tensor2d([1, 1, 0, 0], [2, 2]) });
  checkWeights("f", "w", tf.tensor1d([0, 1]));
});

test("genco and supcon name a negative weight", () => {
  assert.throws(
    () => genco(z_BD, z_BD, tf.tensor2d([1, 0, 0, 0, 1, -1, 0, 0, 1], [3, 3])),
    /genco: target_BN\[1, 2\] is -1/,
  );
  const weight_B = tf.tensor1d([1, -0.5, 1]);
  assert.throws(() => supcon(z_BD, tf.tensor1d([0, 0, 1]), { weight_B }), /supcon: weight_B\[1\] is -0\.5/);
});
