import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { fromPairs } from "../../src/preferences/from-pairs";
import { drawLists } from "../../src/preferences/lists";
import { numberLists } from "../../src/preferences/number-lists";

test("each response to a prompt has one number; the lists of a prompt form a group", () => {
  const table = aq.table({ prompt: ["p", "q", "p"], chosen: ["a", "a", "c"], rejected: ["b", "c", "a"] });
  const { lists, candidates } = numberLists(fromPairs(table));
  assert.deepEqual(candidates.objects(), [
    { prompt: "p", response: "a" },
    { prompt: "p", response: "b" },
    { prompt: "q", response: "a" },
    { prompt: "q", response: "c" },
    { prompt: "p", response: "c" },
  ]);
  assert.deepEqual(lists, {
    order: Int32Array.of(0, 1, 2, 3, 4, 0),
    ranks: Int32Array.of(1, 2, 1, 2, 1, 2),
    starts: Int32Array.of(0, 2, 4, 6),
    groups: Int32Array.of(0, 1, 0),
  });
  const drawn = drawLists(lists, { lists: 50, listSize: 2, rng: seeded(0) });
  const seen = new Set(Array.from({ length: 50 }, (_, n) => drawn.subarray(2 * n, 2 * n + 2).join()));
  assert.deepEqual([...seen].sort(), ["0,1", "2,3", "4,0"]);
});

test("with one prompt, each list is a group", () => {
  const { lists } = numberLists(fromPairs(aq.table({ chosen: ["a", "c"], rejected: ["b", "d"] }), { prompt: null }));
  assert.deepEqual([...lists.groups], [0, 1]);
});

test("margins over the next: given, else differences of scores, 0 over equal ones", () => {
  const row = { list: 0, prompt: "p" };
  const table = aq.from([
    { ...row, rank: 1, response: "a", score: 5, margin: 2 },
    { ...row, rank: 2, response: "b", score: 4, margin: Number.NaN },
    { ...row, rank: 2, response: "c", score: 4, margin: 7 },
    { ...row, rank: 4, response: "d", score: 1, margin: Number.NaN },
    { list: 1, prompt: "q", rank: 1, response: "e", score: Number.NaN, margin: Number.NaN },
    { list: 1, prompt: "q", rank: 2, response: "f", score: 1, margin: Number.NaN },
  ]);
  assert.deepEqual([...numberLists(table).lists.margins!], [2, 0, 7, 0, Number.NaN, 0]);
  const { margins } = numberLists(table.select("list", "rank", "prompt", "response", "score")).lists;
  assert.deepEqual([...margins!], [1, 0, 3, 0, Number.NaN, 0]);
});
