import assert from "node:assert/strict";
import { test } from "node:test";
import { type Relearning, relearnsAt } from "../../src/training/relearning";

const learnings = (relearning: Relearning, updates: number) =>
  [...Array(updates).keys()].filter(step => relearnsAt(step, relearning));

test("guidance is learned every so many updates from `from` on, below `until`", () => {
  // 8 updates an epoch: from 0.5, every 1, until 2 epochs; from 0.25, every 0.5, until 1 epoch.
  assert.deepEqual(learnings({ from: 4, every: 8, until: 16 }, 40), [4, 12]);
  assert.deepEqual(learnings({ from: 2, every: 4, until: 8 }, 40), [2, 6]);
  assert.deepEqual(learnings({ every: 5 }, 12), [0, 5, 10]);
  assert.deepEqual(learnings({ from: 3, every: 1, until: 3 }, 12), []);
});
