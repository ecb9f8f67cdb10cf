import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { drawLists, type RankedLists, splitLists } from "../../src/preferences/lists";

const lists = (scores: number[], count: number, listSize: number, seed = 0) => {
  const flat = [...drawLists(scores, { lists: count, listSize, rng: seeded(seed) })];
  assert.equal(flat.length, count * listSize);
  return Array.from({ length: count }, (_, n) => flat.slice(n * listSize, (n + 1) * listSize));
};

test("every list holds distinct candidates, best first; all candidates take part", () => {
  const scores = [3, -1, 7, 7.5, 0, -Infinity, 2];
  const drawn = lists(scores, 200, 3);
  for (const list of drawn) {
    assert.equal(new Set(list).size, 3);
    assert.deepEqual(
      list,
      [...list].sort((a, b) => scores[b] - scores[a]),
    );
  }
  const uses = scores.map((_, i) => drawn.flat().filter(j => i === j).length);
  assert.ok(
    uses.every(count => Math.abs(count - (200 * 3) / 7) < 40),
    `${uses}`,
  );
});

test("equal scores fall at random, anew in each list", () => {
  const first = lists([1, 5, 5, 1], 400, 4).map(list => list.join());
  const count = (order: string) => first.filter(found => found === order).length;
  for (const order of ["1,2,0,3", "2,1,0,3", "1,2,3,0", "2,1,3,0"])
    assert.ok(Math.abs(count(order) - 100) < 40, `${order}: ${count(order)}`);
});

test("the same seed draws the same lists", () => {
  assert.deepEqual(lists([1, 2, 3, 4], 5, 2, 1), lists([1, 2, 3, 4], 5, 2, 1));
  assert.notDeepEqual(lists([1, 2, 3, 4], 5, 2, 1), lists([1, 2, 3, 4], 5, 2, 2));
});

test("lists that cannot be drawn are named", () => {
  assert.throws(() => lists([1, 2], 1, 3), /drawLists: lists of 3 cannot be drawn from 2 candidates/);
  assert.throws(() => lists([1, 2], 1, 1), /drawLists: listSize is 1\. Give a whole number, 2 or more/);
  assert.throws(() => lists([1, NaN, 2], 1, 2), /drawLists: the score of candidate 1 is not a number\. Drop it/);
});

/** Two lists: candidates 5 > 3 = 4 > 0, and 1 > 2. */
const ranked: RankedLists = {
  order: Int32Array.of(5, 3, 4, 0, 1, 2),
  ranks: Int32Array.of(1, 2, 2, 4, 1, 2),
  starts: Int32Array.of(0, 4, 6),
  groups: Int32Array.of(7, 8),
};
const counted = (source: RankedLists, lists: number, listSize: number) => {
  const flat = drawLists(source, { lists, listSize, rng: seeded(1) });
  const counts: Record<string, number> = {};
  for (let n = 0; n < lists; n++) {
    const list = flat.subarray(n * listSize, (n + 1) * listSize).join();
    counts[list] = (counts[list] ?? 0) + 1;
  }
  return counts;
};

test("given lists are drawn with equal chance, ties at random, short ones filled with -1", () => {
  const counts = counted(ranked, 900, 4);
  assert.deepEqual(Object.keys(counts).sort(), ["1,2,-1,-1", "5,3,4,0", "5,4,3,0"]);
  assert.ok(Math.abs(counts["1,2,-1,-1"] - 450) < 75, `${counts["1,2,-1,-1"]}`);
  assert.ok(Math.abs(counts["5,3,4,0"] - 225) < 60, `${counts["5,3,4,0"]}`);
});

test("some of a long list: in order, and never only equal ones where others are there", () => {
  assert.deepEqual(Object.keys(counted(ranked, 900, 2)).sort(), ["1,2", "3,0", "4,0", "5,0", "5,3", "5,4"]);
  const labels = { ...ranked, ranks: Int32Array.of(1, 1, 1, 4, 1, 1) };
  assert.deepEqual(Object.keys(counted(labels, 900, 2)).sort(), ["1,2", "2,1", "3,0", "4,0", "5,0"]);
});

test("held-out lists: whole groups, nothing lost", () => {
  const six: RankedLists = {
    order: Int32Array.from({ length: 12 }, (_, i) => i),
    ranks: Int32Array.from({ length: 12 }, (_, i) => 1 + (i % 2)),
    starts: Int32Array.from({ length: 7 }, (_, i) => 2 * i),
    groups: Int32Array.of(0, 0, 1, 1, 2, 2),
  };
  const [held, rest] = splitLists(six, 1 / 3, seeded(0));
  assert.deepEqual([held.groups.length, rest.groups.length], [2, 4]);
  assert.equal(new Set(held.groups).size, 1);
  assert.ok(!rest.groups.includes(held.groups[0]));
  assert.deepEqual(
    held.order,
    Int32Array.from({ length: 4 }, (_, i) => 4 * held.groups[0] + i),
  );
  assert.deepEqual([...held.starts], [0, 2, 4]);
  assert.deepEqual(
    [...held.order, ...rest.order].sort((a, b) => a - b),
    [...six.order],
  );
  assert.equal(splitLists(six, 0, seeded(0))[0].groups.length, 2);
  assert.equal(splitLists(six, 1, seeded(0))[1].groups.length, 2);
  assert.throws(() => splitLists({ ...six, groups: new Int32Array(6) }, 0.5, seeded(0)), /splitLists: .* 1 group/);
});

test("given lists that cannot be drawn are named", () => {
  const none = {
    order: new Int32Array(),
    ranks: new Int32Array(),
    starts: new Int32Array(1),
    groups: new Int32Array(),
  };
  assert.throws(() => counted(none, 1, 2), /drawLists: there is no list to draw from/);
});
