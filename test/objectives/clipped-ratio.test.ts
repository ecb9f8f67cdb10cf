import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { clippedRatio, clippedShare } from "../../src/objectives/clipped-ratio";
import { close, leavesNothing } from "../close";
import { full, gradient } from "./batch";

before(() => selectBackend());

test("no gradient beyond the clip where going further would pay, and one on the way back", () => {
  const of = (advantages: number[]) => {
    const d = gradient(clippedRatio(), { ...full, advantage_BT: tf.tensor2d(advantages, [2, 2]) }).dataSync();
    return [d[1] !== 0, d[2] !== 0, d[5] !== 0];
  };
  // The ratios are 1.5, 1 and 0.5.
  assert.deepEqual(of([1, 1, 1, 0]), [false, true, true]);
  assert.deepEqual(of([-1, -1, -1, 0]), [true, true, false]);
});

test("a ratio that overflows has the clipped value, and no gradient", () => {
  const far = { ...full, behaviorLogProbability_BT: tf.fill([2, 2], -200) as tf.Tensor2D };
  const batch = { ...far, advantage_BT: tf.ones([2, 2]) as tf.Tensor2D };
  close(clippedRatio().loss(batch), -1.2);
  close(gradient(clippedRatio(), batch), Array(8).fill(0));
});

test("dual clip: where the advantage is negative, a ratio beyond c counts as c and has no gradient", () => {
  // The ratios are 1.5, 1 and 0.5.
  const of = (advantages: number[], options: Parameters<typeof clippedRatio>[0]) => {
    const batch = { ...full, advantage_BT: tf.tensor2d(advantages, [2, 2]) };
    const d = gradient(clippedRatio(options), batch).dataSync();
    return [clippedRatio(options).loss(batch).dataSync()[0], d[1] !== 0, d[2] !== 0, d[5] !== 0];
  };
  const [loss, ...moves] = of([-1, -1, -1, 0], { dualClip: 1.25 });
  close(tf.scalar(loss as number), (1.25 + 1 + 0.8) / 3);
  assert.deepEqual(moves, [false, true, false]);
  // Positive advantages, and ratios below c, are as without it.
  assert.deepEqual(of([1, 1, 1, 0], { dualClip: 1.25 }), of([1, 1, 1, 0], {}));
  assert.deepEqual(of([-1, -1, -1, 0], { dualClip: 2 }), of([-1, -1, -1, 0], {}));
  assert.deepEqual(of([1, -1, 2, 0], { dualClip: Infinity, clipHigh: 0.2 }), of([1, -1, 2, 0], {}));
});

test("clip-higher: another bound above, the same below", () => {
  const of = (advantages: number[]) => {
    const batch = { ...full, advantage_BT: tf.tensor2d(advantages, [2, 2]) };
    return clippedRatio({ clip: 0.2, clipHigh: 0.6 }).loss(batch);
  };
  close(of([1, 1, 1, 0]), -(1.5 + 1 + 0.5) / 3);
  close(of([-1, -1, -1, 0]), (1.5 + 1 + 0.8) / 3);
});

test("the share of tokens beyond the clip", () => {
  close(clippedShare(full), 2 / 3);
  close(clippedShare(full, { clip: 0.6 }), 0);
  close(clippedShare(full, { clipHigh: 0.6 }), 1 / 3);
  close(clippedShare(full, { clip: 0.6, clipHigh: 0.2 }), 1 / 3);
  leavesNothing(() => clippedShare(full));
});

test("a clip of nothing is refused", () => {
  assert.throws(() => clippedRatio({ clip: 0 }), /clippedRatio: clip is 0. Give a number above 0/);
});
