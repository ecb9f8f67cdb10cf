import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { annotatorAgreement, majorityLists, ofAnnotators } from "../../src/preferences/annotators";
import { fromPairs } from "../../src/preferences/from-pairs";
import { fromRanks } from "../../src/preferences/from-ranks";

/** Each row: annotator, chosen, rejected, and "=" for a tie. */
const judgements = (...rows: [string, string, string, string?][]) =>
  fromPairs(
    aq.table({
      prompt: rows.map(() => "p"),
      annotator: rows.map(([who]) => who),
      chosen: rows.map(([, chosen]) => chosen),
      rejected: rows.map(([, , rejected]) => rejected),
      tie: rows.map(row => row[3] === "="),
    }),
  );
const lists = judgements(
  ["x", "a", "b"],
  ["y", "a", "b"],
  ["z", "b", "a"],
  ["x", "c", "d"],
  ["y", "d", "c", "="],
  ["x", "e", "f"],
);

test("agreement of each annotator, between each two, and alpha", () => {
  const { alpha, annotators, between } = annotatorAgreement(lists);
  assert.deepEqual(annotators.objects(), [
    { annotator: "x", lists: 3, pairs: 2, agreement: 1 / 3 },
    { annotator: "y", lists: 2, pairs: 2, agreement: 1 / 3 },
    { annotator: "z", lists: 1, pairs: 1, agreement: 0 },
  ]);
  assert.deepEqual(between.objects(), [
    { first: "x", second: "y", pairs: 2, agreement: 1 / 2 },
    { first: "x", second: "z", pairs: 1, agreement: 0 },
    { first: "y", second: "z", pairs: 1, agreement: 0 },
  ]);
  // In both directions: observed 2 · (2 + 2), 10 judgements: 4 better, 2 tied, 4 worse; expected 10 − (12 + 2 + 12) / 9
  assert.ok(Math.abs(alpha - (1 - 8 / (10 - 26 / 9))) < 1e-12, `${alpha}`);
});

test("alpha does not depend on which candidate comes first", () => {
  const all = (first: string, second: string) =>
    ["x", "y"].map((who): [string, string, string] => [who, first, second]);
  const { alpha } = annotatorAgreement(judgements(...all("a", "b"), ...all("c", "d")));
  assert.equal(alpha, 1);
});

test("without annotators there is no agreement", () => {
  assert.throws(
    () => annotatorAgreement(lists.select(aq.not("annotator"))),
    /annotatorAgreement: the lists have no column/,
  );
});

test("what an annotator says again agrees with nobody", () => {
  const { alpha, annotators } = annotatorAgreement(judgements(["x", "a", "b"], ["x", "a", "b"], ["y", "c", "d"]));
  assert.ok(Number.isNaN(alpha));
  assert.deepEqual(annotators.array("pairs"), [0, 0]);
});

test("a candidate that a list holds twice counts once", () => {
  const twice = fromRanks(aq.table({ prompt: Array(3).fill("p"), response: ["a", "b", "a"], rank: [1, 2, 3] }));
  assert.deepEqual(majorityLists(twice).array("score"), [1, 0]);
});

test("the lists of some annotators", () => {
  assert.deepEqual(ofAnnotators(lists, ["z", "y"]).array("list"), [1, 1, 2, 2, 4, 4]);
  assert.throws(() => ofAnnotators(lists, ["x", "w"]), /ofAnnotators: there is no annotator "w"\. There are x, y, z\./);
  assert.throws(() => ofAnnotators(lists, "xyz" as unknown as string[]), /ofAnnotators: names is "xyz"\. Give a list/);
  const unnamed = fromPairs(aq.table({ chosen: ["a"], rejected: ["b"] }));
  assert.throws(() => ofAnnotators(unnamed, ["x"]), /ofAnnotators: the lists have no column "annotator"/);
});

test("what most say: pairs", () => {
  const rows = majorityLists(lists).objects() as any[];
  assert.deepEqual(
    rows.map(({ list, rank, response, score }) => `${list} ${rank} ${response} ${score.toFixed(2)}`),
    ["0 1 a 0.67", "0 2 b 0.33", "1 1 c 0.75", "1 2 d 0.25", "2 1 e 1.00", "2 2 f 0.00"],
  );
  const split = majorityLists(judgements(["x", "a", "b"], ["y", "b", "a"]));
  assert.deepEqual(split.array("rank"), [1, 1]);
});

test("what most say: longer lists by Borda's count", () => {
  const ranked = fromRanks(
    aq.table({
      response: ["a", "b", "c", "a", "b", "c"],
      annotator: ["x", "x", "x", "y", "y", "y"],
      rank: [1, 2, 3, 2, 1, 1],
    }),
  );
  // x: a 1, b ½, c 0; y: b and c ¾, a 0
  const rows = majorityLists(ranked).objects() as any[];
  assert.deepEqual(
    rows.map(({ rank, response, score }) => [rank, response, score]),
    [
      [1, "b", 0.625],
      [2, "a", 0.5],
      [3, "c", 0.375],
    ],
  );
});
