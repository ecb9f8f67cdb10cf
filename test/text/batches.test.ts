import assert from "node:assert/strict";
import { test } from "node:test";
import { batchesByLength, chunks, padRight } from "../../src/text/batches";

test("sequences are padded to the longest, with a mask", () => {
  const sequences = [[5, 6, 7], [8], []];
  assert.deepEqual(padRight(sequences, 9), {
    ids: [
      [5, 6, 7],
      [8, 9, 9],
      [9, 9, 9],
    ],
    mask: [
      [1, 1, 1],
      [1, 0, 0],
      [0, 0, 0],
    ],
  });
  assert.deepEqual(padRight([[1], [2, 3]]).ids, [
    [1, 0],
    [2, 3],
  ]);
  assert.deepEqual(sequences, [[5, 6, 7], [8], []]);
  assert.deepEqual(padRight([]), { ids: [], mask: [] });
});

test("chunks keep the order, and the last may be short", () => {
  assert.deepEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(chunks([1, 2], 2), [[1, 2]]);
  assert.deepEqual(chunks([], 2), []);
});

test("batchesByLength: equal lengths together, up to the limit of their length, short ones first", () => {
  const sequences = [[1, 2], [3], [4, 5], [], [6, 7]];
  assert.deepEqual(
    batchesByLength(sequences, length => (length === 2 ? 2 : 9)),
    [[3], [1], [0, 2], [4]],
  );
  assert.deepEqual(
    batchesByLength([], () => 1),
    [],
  );
});
