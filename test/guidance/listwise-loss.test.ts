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

test("a margin is what a candidate has to win by", () => {
  const scores_NK = tf.tensor2d([[3, 1, 0]]);
  close(listwiseLoss(tf.tensor2d([[3, 1]]), { margin: 2 }), log(2));
  const first = log(1 + Math.exp(-2 + 0.5) + Math.exp(-3 + 0.5));
  close(listwiseLoss(scores_NK, { margin: 0.5 }), first + log(1 + Math.exp(-1 + 0.5)));
});

test("each pair has a margin of its own, which adds up over a list", () => {
  const behind_NK = tf.tensor2d([[0, 2]]);
  close(listwiseLoss(tf.tensor2d([[3, 1]]), { behind_NK }), log(2));
  close(listwiseLoss(tf.tensor2d([[6, 2]]), { behind_NK, temperature: 2 }), log(2)); // after the division
  // The third is to be behind the first by 1.5, behind the second by 0.5.
  const scores_NK = tf.tensor2d([[3, 1, 0]]);
  const first = log(1 + Math.exp(-2 + 1) + Math.exp(-3 + 1.5));
  const expected = first + log(1 + Math.exp(-1 + 0.5));
  close(listwiseLoss(scores_NK, { behind_NK: tf.tensor2d([[0, 1, 1.5]]) }), expected);
  close(listwiseLoss(scores_NK, { behind_NK: tf.tensor2d([[4, 5, 5.5]]) }), expected); // only differences count
});

test("label smoothing takes a share of the lists the wrong way round", () => {
  const pair = tf.tensor2d([[3, 1]]);
  const h = 2 - 0.5;
  const expected = 0.9 * log(1 + Math.exp(-h)) + 0.1 * log(1 + Math.exp(h));
  close(listwiseLoss(pair, { margin: 0.5, labelSmoothing: 0.1 }), expected);
  close(listwiseLoss(pair, { behind_NK: tf.tensor2d([[0, 0.5]]), labelSmoothing: 0.1 }), expected);
  const [right, wrong] = [
    [3, 1, 0],
    [0, 1, 3],
  ].map(row => listwiseLoss(tf.tensor2d([row])).dataSync()[0]);
  const masked = { mask_NK: tf.tensor2d([[1, 1, 1, 0]]), labelSmoothing: 0.25 };
  close(listwiseLoss(tf.tensor2d([[3, 1, 0, 99]]), masked), 0.75 * right + 0.25 * wrong);
  const behind_NK = tf.tensor2d([[0, 0.5]]);
  leavesNothing(() => listwiseLoss(pair, { behind_NK, labelSmoothing: 0.1 }));
});

test("a shorter list counts its own candidates alone, whatever stands beside them", () => {
  const scores_NK = tf.tensor2d([
    [2, NaN, 1],
    [1, 5, 3],
  ]);
  const mask_NK = tf.tensor2d([
    [1, 0, 1],
    [1, 1, 1],
  ]);
  const order_NK = tf.tensor2d(
    [
      [0, 2, -1],
      [1, 2, 0],
    ],
    [2, 3],
    "int32",
  );
  const pair = log(1 + Math.exp(-1));
  const triple = log(1 + Math.exp(-2) + Math.exp(-4)) + log(1 + Math.exp(-2));
  for (const eps of [0, 1e-10]) {
    const loss = (scores: tf.Tensor) => listwiseLoss(scores as tf.Tensor2D, { order_NK, mask_NK, eps });
    close(loss(scores_NK), (pair + triple) / 2);
    close(listwiseLoss(scores_NK, { order_NK, eps }), (pair + triple) / 2); // −1 says the same
    const gradient = tf.grad(loss)(scores_NK).arraySync() as number[][];
    const toLoser = 1 / (1 + Math.E) / 2;
    close(tf.tensor1d(gradient[0]), [-toLoser, 0, toLoser]);
    close(tf.sum(gradient[1]), 0);
  }
  const unordered = tf.tensor2d([[2, 1, -Infinity]]);
  close(listwiseLoss(unordered, { mask_NK: tf.tensor2d([[1, 1, 0]]) }), pair);
  assert.throws(() => listwiseLoss(unordered, { mask_NK: tf.zeros([1, 3]) }), /list 0 has no candidate/);
});

test("equal ranks cost the mean over their orders", () => {
  const scores_NK = tf.tensor2d([
    [1, 0, 3],
    [0, 2, 1],
  ]);
  const ranks = [
    [2, 2, 1],
    [3, 1, 2],
  ];
  const of = (order: number[], row: number) =>
    listwiseLoss(tf.slice(scores_NK, [row, 0], [1, 3]), { order_NK: tf.tensor2d([order]) }).dataSync()[0];
  const expected = ((of([2, 0, 1], 0) + of([2, 1, 0], 0)) / 2 + of([1, 2, 0], 1)) / 2;
  close(listwiseLoss(scores_NK, { ranks }), expected);
  const gradient = tf.grad(s => listwiseLoss(s as tf.Tensor2D, { ranks }))(scores_NK);
  close(tf.sum(gradient, 1), [0, 0]);
  const order_NK = tf.tensor2d([[2, 0, 1]]);
  assert.throws(() => listwiseLoss(scores_NK, { ranks: [[1, 2]] }), /the ranks do not fit scores of shape \[2,3\]/);
  assert.throws(() => listwiseLoss(tf.tensor2d([[1, 2, 3]]), { ranks, order_NK }), /it has an order and ranks/);
});

test("nothing leaks; a wrong temperature is named", () => {
  const ones_NK = tf.ones([1, 3]) as tf.Tensor2D;
  const scores_NK = tf.tensor2d([[1, 2, 3]]);
  const order_NK = tf.tensor2d([[2, 1, 0]], [1, 3], "int32");
  leavesNothing(() => [listwiseLoss(scores_NK, { order_NK }), listwiseLoss(scores_NK, { order_NK, eps: 1e-10 })]);
  leavesNothing(() => listwiseLoss(scores_NK, { ranks: [[1, 1, 1]], mask_NK: ones_NK }));
  assert.throws(() => listwiseLoss(scores_NK, { temperature: -1 }), /temperature is -1/);
});
