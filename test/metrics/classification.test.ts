import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy } from "../../src/metrics/classification";

test("a hit is a label above every other class; a tie is none", () => {
  const probabilities = [
    [0.9, 0.1],
    [0.9, 0.1],
    [0.5, 0.5],
    [0.2, 0.8],
  ];
  assert.equal(accuracy(probabilities, [0, 1, 0, 1]), 0.5);
});

test("labels out of range, missing or absent are named", () => {
  assert.throws(() => accuracy([[1, 0]], [2]), /accuracy: label 0 is 2. Give an index below 2/);
  assert.throws(() => accuracy([[1, 0]], []), /1 rows and 0 labels/);
  assert.throws(() => accuracy([], []), /0 rows and 0 labels/);
});
