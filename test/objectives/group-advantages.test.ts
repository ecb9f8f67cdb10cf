import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { groupAdvantages, whitened } from "../../src/objectives/group-advantages";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

const mask_BT = () => tf.tensor2d([1, 1, 1, 0, 1, 1, 1, 1], [4, 2]);
const score_B = () => tf.tensor1d([1, 3, 5, 5]);

test("each token of a sample gets its lead over the group, in units of the group's deviation", () => {
  const [score, mask] = [score_B(), mask_BT()];
  close(groupAdvantages(score, mask, 2), [-1, -1, 1, 0, 0, 0, 0, 0]);
  close(groupAdvantages(score, mask, 4, { scale: "none" }), [-2.5, -2.5, -0.5, 0, 1.5, 1.5, 1.5, 1.5]);
  leavesNothing(() => groupAdvantages(score, mask, 2));
});

test("a sample without a token counts nowhere, whatever its score", () => {
  const mask = tf.tensor2d([1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0], [8, 2]);
  const scores = (masked: number) => tf.tensor1d([1, masked, 0, 0, masked, masked, masked, 5]);
  const third = 1 / 3;
  for (const masked of [1, -7, Number.NaN, Infinity, -Infinity]) {
    close(groupAdvantages(scores(masked), mask, 4, { scale: "none" }), [
      2 * third,
      2 * third,
      0,
      0,
      -third,
      -third,
      -third,
      -third,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
    const [best, other] = [Math.SQRT2, -Math.SQRT1_2];
    close(groupAdvantages(scores(masked), mask, 4), [
      best,
      best,
      0,
      0,
      other,
      other,
      other,
      other,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  }
  const none = tf.zeros([2, 2]) as tf.Tensor2D;
  close(groupAdvantages(tf.tensor1d([1, Number.NaN]), none, 2), [0, 0, 0, 0]);
});

test("rows that do not fill the groups are named", () => {
  assert.throws(() => groupAdvantages(score_B(), mask_BT(), 3), /groupAdvantages: 4 rows do not fill groups of 3/);
  for (const size of ["2", 0, 1.5, Number.NaN, undefined])
    assert.throws(
      () => groupAdvantages(score_B(), mask_BT(), size as number),
      /groupAdvantages: groupSize is .*Give a whole/,
    );
});

test("whitened: mean 0 and deviation 1 over real tokens; equal ones become 0", () => {
  const mask = tf.tensor2d([1, 1, 1, 0], [2, 2]);
  const x = tf.tensor2d([1, 2, 3, Number.NaN], [2, 2]);
  const unit = Math.sqrt(1.5);
  close(whitened(x, mask), [-unit, 0, unit, 0]);
  for (const value of [0.1, 0.7, -3.3, 1e6]) {
    close(whitened(tf.fill([2, 2], value), mask), [0, 0, 0, 0], 0);
    const ones = tf.ones([7, 1]) as tf.Tensor2D;
    close(groupAdvantages(tf.fill([7], value), ones, 7), Array(7).fill(0), 0);
  }
  leavesNothing(() => whitened(x, mask));
});
