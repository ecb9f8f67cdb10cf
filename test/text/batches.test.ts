import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bucketing, bucketByTokens, chunks, padLeft, padRight } from "../../src/text/batches";

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
  assert.deepEqual(padLeft(sequences, 9), {
    ids: [
      [5, 6, 7],
      [9, 9, 8],
      [9, 9, 9],
    ],
    mask: [
      [1, 1, 1],
      [0, 0, 1],
      [0, 0, 0],
    ],
  });
  assert.deepEqual(padRight([[1], [2, 3]]).ids, [
    [1, 0],
    [2, 3],
  ]);
  assert.deepEqual(sequences, [[5, 6, 7], [8], []]);
  for (const pad of [padLeft, padRight]) assert.deepEqual(pad([]), { ids: [], mask: [] });
});

test("chunks keep the order, and the last may be short", () => {
  assert.deepEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(chunks([1, 2], 2), [[1, 2]]);
  assert.deepEqual(chunks([], 2), []);
});

test("bucketByTokens: like lengths together under the budget, short ones first, long ones alone", () => {
  const table: [lengths: number[], tokens: number, options: Bucketing, places: number[][]][] = [
    [[2, 1, 3, 9, 2, 1], 6, {}, [[1, 5, 0], [4, 2], [3]]],
    [[2, 1, 3, 9, 2, 1], 6, { rows: 2 }, [[1, 5], [0, 4], [2], [3]]],
    [[2, 1, 3, 9, 2, 1], 100, { equal: true }, [[1, 5], [0, 4], [2], [3]]],
    [[2, 1, 2, 0, 2], 4, { equal: true }, [[3], [1], [0, 2], [4]]],
    [[0, 0, 0], 1, {}, [[0, 1, 2]]],
    [[], 6, {}, []],
  ];
  for (const [lengths, tokens, options, places] of table)
    assert.deepEqual(bucketByTokens(lengths, tokens, options), places, JSON.stringify([lengths, tokens, options]));
});
