import "@tensorflow/tfjs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { klFromReference, meanLogRatio } from "../../src/core/log-ratio";
import { close, leavesNothing } from "../close";

const log = Math.log;
const logits_BTV = tf.tensor3d([
  [
    [log(0.5), log(0.25), log(0.25)],
    [log(0.75), log(0.25), -Infinity],
  ],
]);
const reference_BTV = tf.tensor3d([
  [
    [0, 0, 0],
    [log(0.5), log(0.5), -Infinity],
  ],
]);

test("negative entropy and its gradient p (log p − Σ p log p)", () => {
  const first = -1.5 * log(2);
  const second = 0.75 * log(0.75) + 0.25 * log(0.25);
  close(meanLogRatio(logits_BTV), [first, second]);
  close(tf.grad(x => tf.sum(meanLogRatio(x as tf.Tensor3D)))(logits_BTV), [
    0.5 * (log(0.5) - first),
    0.25 * (log(0.25) - first),
    0.25 * (log(0.25) - first),
    0.75 * (log(0.75) - second),
    0.25 * (log(0.25) - second),
    0,
  ]);
});

test("KL to a reference and its gradient", () => {
  const first = log(3) - 1.5 * log(2);
  const second = 0.75 * log(1.5) + 0.25 * log(0.5);
  close(meanLogRatio(logits_BTV, reference_BTV), [first, second]);
  close(tf.grad(x => tf.sum(meanLogRatio(x as tf.Tensor3D, reference_BTV)))(logits_BTV), [
    0.5 * (log(1.5) - first),
    0.25 * (log(0.75) - first),
    0.25 * (log(0.75) - first),
    0.75 * (log(1.5) - second),
    0.25 * (log(0.5) - second),
    0,
  ]);
});

test("KL of the reference to it and its gradient π − ρ; what the reference never says counts for nothing", () => {
  const first = (log(2 / 3) + 2 * log(4 / 3)) / 3;
  const second = (log(2 / 3) + log(2)) / 2;
  close(klFromReference(logits_BTV, reference_BTV), [first, second]);
  close(tf.grad(x => tf.sum(klFromReference(x as tf.Tensor3D, reference_BTV)))(logits_BTV), [
    ...[1 / 6, -1 / 12, -1 / 12],
    ...[1 / 4, -1 / 4, 0],
  ]);
  leavesNothing(() => klFromReference(logits_BTV, reference_BTV));
});

test("KL to itself is zero, value and gradient", () => {
  close(meanLogRatio(logits_BTV, logits_BTV), [0, 0]);
  close(tf.grad(x => tf.sum(meanLogRatio(x as tf.Tensor3D, logits_BTV)))(logits_BTV), [0, 0, 0, 0, 0, 0]);
});

test("nothing leaks", () => {
  leavesNothing(() => meanLogRatio(logits_BTV, reference_BTV));
  leavesNothing(() => tf.grad(x => tf.sum(meanLogRatio(x as tf.Tensor3D)))(logits_BTV));
});
