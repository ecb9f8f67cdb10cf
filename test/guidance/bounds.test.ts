import "@tensorflow/tfjs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { noBound, sigmoidBound, softplusBound } from "../../src/guidance/bounds";
import { close, leavesNothing } from "../close";

test("the double softplus runs from its minimum to beyond its maximum", () => {
  const x = tf.tensor1d([-100, 0, 1, 100]);
  close(softplusBound().apply(x), [1e-8, 0.548733, 0.858298, 1.313262], 1e-6);
  close(softplusBound({ min: 2, max: 3 }).apply(x), [2, 2.121259, 2.280678, 3.313262]);
  close(tf.grad(softplusBound().apply)(x), [0, 0.30874, 0.288058, 0]);
});

test("sigmoid and none", () => {
  close(sigmoidBound().apply(tf.tensor1d([-100, 0, 100])), [0, 0.5, 1]);
  close(noBound().apply(tf.tensor1d([-7, 7])), [-7, 7]);
});

test("nothing leaks, and the input stays the caller's", () => {
  const x = tf.tensor1d([1]);
  leavesNothing(() => [softplusBound().apply(x), sigmoidBound().apply(x), noBound().apply(x)]);
  close(x, 1);
});
