import "@tensorflow/tfjs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { centering, squaredRewards } from "../../src/guidance/penalties";
import { close, leavesNothing } from "../close";

const x = tf.tensor2d([
  [1, -3, NaN],
  [2, 1, 4],
]);
const mask = tf.tensor2d([
  [1, 1, 0],
  [1, 1, 1],
]);

test("centering squares the sum of each list; the norm is over real tokens", () => {
  close(centering(x, mask), (4 + 49) / 2);
  close(centering(tf.tensor2d([[2, 1]])), 9);
  close(squaredRewards(x, mask), (1 + 9 + 4 + 1 + 16) / 5);
});

test("gradients leave out what is not there; nothing leaks", () => {
  close(tf.grad(x => centering(x as tf.Tensor2D, mask))(x), [-2, -2, 0, 7, 7, 7]);
  close(tf.grad(x => squaredRewards(x as tf.Tensor2D, mask))(x), [2 / 5, -6 / 5, 0, 4 / 5, 2 / 5, 8 / 5]);
  leavesNothing(() => [centering(x, mask), squaredRewards(x, mask)]);
});
