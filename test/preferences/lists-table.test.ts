import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { listColumns, listsTable } from "../../src/preferences/lists-table";

const judged = {
  group: Int32Array.of(1, 0, 1, 2, 1, 0),
  order: [3, 1, -2, 0, 3, 0],
  prompt: ["q", "p", "q", "r", "q", "p"],
  response: ["a", "b", "c", "d", "e", "f"],
};

test("lists in order of group and order, ties share a rank, a group of one is left out", () => {
  const table = listsTable("here", { ...judged, score: [1, 2, 3, 4, 5, 6], annotator: ["x", "y", "x", "y", "x", "y"] });
  assert.deepEqual(table.array("list"), [0, 0, 1, 1, 1]);
  assert.deepEqual(table.array("rank"), [1, 2, 1, 2, 2]);
  assert.deepEqual(table.array("response"), ["f", "b", "c", "a", "e"]);
  assert.deepEqual(table.array("prompt"), ["p", "p", "q", "q", "q"]);
  assert.deepEqual(table.array("score"), [6, 2, 3, 1, 5]);
  assert.deepEqual(table.array("annotator"), ["y", "y", "x", "x", "x"]);
  assert.deepEqual([...listColumns("here", table).starts], [0, 2, 5]);
});

test("no list at all is an error", () => {
  const one = { ...judged, group: Int32Array.of(0, 1, 2, 3, 4, 5) };
  assert.throws(() => listsTable("here", one), /^Error: here: no prompt has two of the 6 responses/);
});

test("rows out of order are named", () => {
  const rejected = (list: number[], rank: number[], message: RegExp) => {
    const texts = list.map(String);
    assert.throws(() => listColumns("here", aq.table({ list, rank, prompt: texts, response: texts })), message);
  };
  rejected([0, 0, 1], [1, 2, 1], /here: row 2 of the lists is out of order: its list has no other candidate/);
  rejected([0, 1, 1], [1, 1, 2], /row 0 .* no other candidate/);
  rejected([0, 0, 0], [1, 1, 2], /row 2 .* its rank is 2/);
  rejected([0, 0, 1, 1], [1, 2, 2, 1], /row 2 .* its list begins with rank 2\. Order the rows with fromRanks/);
  assert.throws(() => listColumns("here", aq.table({ list: [0] })), /here: the lists have no column "rank"/);
});

test("a table without rows has no lists", () => {
  const empty = aq.table({ list: [], rank: [], prompt: [], response: [] });
  assert.deepEqual([...listColumns("here", empty).starts], [0]);
});
