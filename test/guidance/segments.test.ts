import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { meanTokens } from "../../src/guidance/aggregate";
import { overSegments, segmentEnds } from "../../src/guidance/segments";
import { close, leavesNothing } from "../close";

// Segments: [0 1] [2] [3 4] and, with a hole and padding, [0 2] [3].
const entropy_BT = tf.tensor2d([
  [9, 1, 3, 2.5, 0],
  [0, 9, 1, 3, 9],
]);
const mask_BT = tf.tensor2d([
  [1, 1, 1, 1, 1],
  [1, 0, 1, 1, 0],
]);
const ends = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];
const ends_BT = tf.tensor2d(ends, [2, 5]);
const reward_BT = tf.tensor2d([
  [NaN, 2, 3, 5, 7],
  [1, NaN, 4, 6, NaN],
]);

test("a segment ends before a token that the LM was in doubt about", () => {
  close(segmentEnds(entropy_BT, mask_BT, 2), ends);
  close(segmentEnds(entropy_BT, mask_BT, Infinity), [0, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
  close(segmentEnds(entropy_BT, mask_BT, -1), [...mask_BT.dataSync()]);
  leavesNothing(() => segmentEnds(entropy_BT, mask_BT, 2));
  assert.throws(() => segmentEnds(entropy_BT, mask_BT, NaN), /segmentEnds: the threshold is NaN/);
});

test("a segment's reward goes to each of its tokens, is shared among them, or goes to the last", () => {
  const table: ["each" | "share" | "last", number[]][] = [
    ["each", [2, 2, 3, 7, 7, 4, 0, 4, 6, 0]],
    ["share", [1, 1, 3, 3.5, 3.5, 2, 0, 2, 6, 0]],
    ["last", [0, 2, 3, 0, 7, 0, 0, 4, 6, 0]],
  ];
  for (const [shares, expected] of table) {
    close(overSegments(reward_BT, ends_BT, mask_BT, shares), expected);
    leavesNothing(() => overSegments(reward_BT, ends_BT, mask_BT, shares));
  }
  const rewarded = (r: tf.Tensor) => tf.sum(overSegments(r as tf.Tensor2D, ends_BT, mask_BT));
  close(tf.grad(rewarded)(reward_BT), [0, 2, 1, 0, 2, 0, 0, 2, 1, 0]);
});

test("ends as a mask make an aggregate of segments", () => {
  close(meanTokens({ lengthScaled: false }).apply(reward_BT, ends_BT, 2), [4, 5]);
});
