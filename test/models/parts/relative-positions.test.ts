import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeBucket } from "../../../src/models/parts/relative-positions";

// T5Attention._relative_position_bucket of Transformers 5.23
const offsets = [-200, -128, -32, -16, -15, -8, -7, -1, 0, 1, 7, 8, 16, 45, 90, 128, 200];

test("in both directions, half of the buckets are for keys ahead", () => {
  const find = { buckets: 32, maxDistance: 128, bothWays: true };
  assert.deepEqual(
    offsets.map(offset => relativeBucket(offset, find)),
    [15, 15, 12, 10, 9, 8, 7, 1, 0, 17, 23, 24, 26, 28, 30, 31, 31],
  );
});

test("backwards only, keys ahead count as distance 0", () => {
  const find = { buckets: 32, maxDistance: 128, bothWays: false };
  assert.deepEqual(
    offsets.map(offset => relativeBucket(offset, find)),
    [31, 31, 21, 16, 15, 8, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  );
});

test("borders on whole numbers fall as in single precision", () => {
  const find = { buckets: 10, maxDistance: 37, bothWays: true };
  assert.deepEqual(
    [-40, -37, -20, -10, -5, -3, 3, 5, 10, 20, 37].map(offset => relativeBucket(offset, find)),
    [4, 4, 4, 3, 2, 2, 7, 7, 8, 9, 9],
  );
});
