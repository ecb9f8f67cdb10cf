import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { listwiseLoss } from "../../src/guidance/listwise-loss";
import { close, leavesNothing } from "../close";

const log = Math.log;

test("a list of three: one choice of three, then one of two", () => {
  const best_first_NK = tf.tensor2d([[log(2), log(3), log(5)]]);
  close(listwiseLoss(best_first_NK), -log(2 / 10) - log(3 / 8));
  const order_NK = tf.tensor2d([[2, 0, 1]], [1, 3], "int32");
  close(listwiseLoss(best_first_NK, { order_NK }), -log(5 / 10) - log(2 / 5));
  close(listwiseLoss(tf.mul(best_first_NK, 4), { order_NK, temperature: 4 }), -log(5 / 10) - log(2 / 5));
});

test("the gradient goes back to the columns that the order came from", () => {
  const scores_NK = tf.tensor2d([[0, log(3)]]);
  const order_NK = tf.tensor2d([[1, 0]], [1, 2], "int32");
  close(listwiseLoss(scores_NK, { order_NK }), -log(3 / 4));
  close(tf.grad(s => listwiseLoss(s as tf.Tensor2D, { order_NK }))(scores_NK), [0.25, -0.25]);
});

test("a pair is Bradley–Terry, and the mean is over the lists", () => {
  const scores_NK = tf.tensor2d([
    [1, 3],
    [80, 0],
  ]);
  close(listwiseLoss(scores_NK), log(1 + Math.exp(2)) / 2);
});

test("the authors' eps turns the gradient of a well-ordered pair around; the exact form does not", () => {
  const scores_NK = tf.tensor2d([[15, 0]]);
  const slope = (eps: number) =>
    tf
      .grad(s => listwiseLoss(s as tf.Tensor2D, { eps }))(scores_NK)
      .dataSync()[0];
  assert.ok(slope(1e-10) > 3e-4);
  assert.ok(slope(0) <= 0);
});

test("nothing leaks; a wrong temperature is named", () => {
  const scores_NK = tf.tensor2d([[1, 2, 3]]);
  const order_NK = tf.tensor2d([[2, 1, 0]], [1, 3], "int32");
  leavesNothing(() => [listwiseLoss(scores_NK, { order_NK }), listwiseLoss(scores_NK, { order_NK, eps: 1e-10 })]);
  assert.throws(() => listwiseLoss(scores_NK, { temperature: -1 }), /the temperature is -1/);
});
