import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../../src/core/random";
import { fromRatings } from "../../../src/preferences/from-ratings";
import { digestOf, listRows, otherPrompts, pairsOf, tieOrder, trainingLists } from "../../../src/training/lists/rows";

test("lists are cut into pairs of different ranks", () => {
  const table: [ranks: number[], best: string, neighbors: string, all: string][] = [
    [[1, 2], "0>1", "0>1", "0>1"],
    [[1, 2, 3], "0>1 0>2", "0>1 1>2", "0>1 0>2 1>2"],
    [[1, 1, 3], "0>2 1>2", "0>2 1>2", "0>2 1>2"],
    [[1, 2, 2, 4], "0>1 0>2 0>3", "0>1 0>2 1>3 2>3", "0>1 0>2 0>3 1>3 2>3"],
    [[1, 1], "", "", ""],
  ];
  for (const [ranks, ...expected] of table)
    assert.deepEqual(
      (["best", "neighbors", "all"] as const).map(form =>
        pairsOf(ranks, form)
          .map(pair => pair.join(">"))
          .join(" "),
      ),
      expected,
    );
});

const rated = (rows: [prompt: string, response: string, rating: number][]) =>
  fromRatings(aq.from(rows.map(([prompt, response, rating]) => ({ prompt, response, rating }))));

test("rows of whole lists and of pairs: places, margins, the best, all pairs", () => {
  const table = rated([
    ...([
      ["p", "a", 5],
      ["p", "b", 2],
      ["p", "c", 2],
      ["p", "d", 1],
    ] as [string, string, number][]),
    ...([
      ["q", "a", 1],
      ["q", "e", 4],
    ] as [string, string, number][]),
    ...([
      ["r", "a", 1],
      ["r", "b", 1],
    ] as [string, string, number][]),
  ]);
  const { lists, tied, candidates } = trainingLists("test", table);
  assert.equal(tied, 1);
  assert.deepEqual(candidates.array("response"), ["a", "b", "c", "d", "e", "a", "a", "b"]);
  const whole = listRows(lists, ({ ranks }) => [[...ranks.keys()]]);
  assert.deepEqual(whole.candidates, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(whole.places, [0, 1, 2, 3, 4, 5, -1, -1]);
  assert.deepEqual(whole.margins, [3, 0, 1, 0, 3, 0, 0, 0]);
  assert.deepEqual(
    [whole.best, whole.bestPlaces],
    [
      [1, 0, 0, 0, 1, 0, 0, 0],
      [0, 4],
    ],
  );
  assert.deepEqual(whole.pairs.join(" "), "0,1 0,2 0,3 1,3 2,3 4,5");
  const cut = listRows(lists, ({ ranks }) => pairsOf(ranks, "neighbors"));
  assert.equal(cut.listSize, 2);
  assert.deepEqual(cut.places, [0, 1, 0, 2, 1, 3, 2, 3, 4, 5]);
  assert.deepEqual(cut.margins, [3, 0, 3, 0, 1, 0, 1, 0, 3, 0]);
  assert.deepEqual(cut.pairs.join(" "), "0,1 0,3 0,5 1,5 3,5 8,9");
});

test("equal responses are in any order, others best first", () => {
  assert.deepEqual(tieOrder([1, 2, 3], seeded(0)), [0, 1, 2]);
  const orders = Array.from({ length: 40 }, (_, seed) => tieOrder([1, 2, 2, 4], seeded(seed)).join(""));
  assert.deepEqual([...new Set(orders)].sort(), ["0123", "0213"]);
});

test("each response gets the prompt of another; lists are told apart", () => {
  assert.deepEqual(otherPrompts("test", [[1], [1], [2, 3], [4]]), [[2, 3], [2, 3], [4], [1]]);
  assert.throws(() => otherPrompts("test", [[1], [1]]), /test: all responses have the same prompt\. /);
  const digests = [5, 6, 1].map(rating => {
    const { lists } = trainingLists(
      "test",
      rated([
        ["p", "a", rating],
        ["p", "b", 2],
      ]),
    );
    const examples = [1, 2].map(id => ({ prompt: [0], response: [id] }));
    return [digestOf(lists, examples, false), digestOf(lists, examples, true)];
  });
  assert.equal(digests[0][0], digests[1][0]);
  assert.notEqual(digests[0][1], digests[1][1]);
});
