import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import {
  isLast,
  lengths,
  masked,
  maskedDeviation,
  maskedMean,
  realTokens,
  rowLengths,
  rowMean,
} from "../../src/core/masks";
import { close, leavesNothing } from "../close";

const x_BT = tf.tensor2d([
  [1, 2, NaN],
  [6, Infinity, NaN],
]);
const mask_BT = tf.tensor2d([
  [1, 1, 0],
  [1, 0, 0],
]);

test("padding never counts, whatever stands in it", () => {
  close(masked(x_BT, mask_BT, -1), [1, 2, -1, 6, -1, -1]);
  close(lengths(mask_BT), [2, 1]);
  assert.equal(realTokens(mask_BT), 3);
  close(maskedMean(x_BT, mask_BT), 3);
  close(tf.grad(x => maskedMean(x as tf.Tensor2D, mask_BT))(x_BT), [1 / 3, 1 / 3, 0, 1 / 3, 0, 0]);
});

test("an empty row is named", () => {
  assert.deepEqual(rowLengths("f", mask_BT), [2, 1]);
  assert.throws(() => rowLengths("f", tf.tensor2d([[1], [0]])), {
    message: "f: row 1 of mask_BT has no token. Drop empty responses first.",
  });
});

test("nothing leaks", () => leavesNothing(() => [maskedMean(x_BT, mask_BT), lengths(mask_BT), masked(x_BT, mask_BT)]));

test("the mean over rows with a token, the deviation over tokens, the last token of each row", () => {
  const holes_BT = tf.tensor2d([1, 0, 1, 0, 0, 0, 1, 1, 0], [3, 3]);
  const of_BT = tf.tensor2d([1, NaN, 2, NaN, NaN, NaN, 3, 6, NaN], [3, 3]);
  close(rowMean(tf.tensor1d([1, NaN, 4]), holes_BT), 2.5);
  close(maskedDeviation(of_BT, holes_BT), Math.sqrt((4 + 1 + 0 + 9) / 4));
  close(isLast(holes_BT), [0, 0, 1, 0, 0, 0, 0, 1, 0]);
  leavesNothing(() => maskedDeviation(of_BT, holes_BT));
  leavesNothing(() => isLast(holes_BT));
});
