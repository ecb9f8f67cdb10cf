import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { drawLists } from "../../src/preferences/lists";

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
  assert.throws(() => lists([1, 2], 1, 1), /drawLists: lists of 1 .* A list needs at least two/);
  assert.throws(() => lists([1, NaN, 2], 1, 2), /drawLists: the score of candidate 1 is not a number\. Drop it/);
});
