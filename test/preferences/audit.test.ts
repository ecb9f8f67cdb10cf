import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { audit } from "../../src/preferences/audit";
import { fromPairs } from "../../src/preferences/from-pairs";
import { fromRatings } from "../../src/preferences/from-ratings";

const pairs = (rows: [string, string, string, string?][], more = {}) =>
  fromPairs(
    aq.table({
      prompt: rows.map(([prompt]) => prompt),
      chosen: rows.map(([, chosen]) => chosen),
      rejected: rows.map(([, , rejected]) => rejected),
      ...(rows[0].length > 3 && { annotator: rows.map(row => row[3]) }),
      ...more,
    }),
  );

test("counts of pairs and what they compare", () => {
  const lists = fromRatings(
    aq.table({
      prompt: ["p", "p", "p", "p", "q", "q"],
      response: ["a", "b", "c", "a", "a", "b"],
      rating: [4, 2, 2, 1, 0, 0],
    }),
  );
  const { lists: count, prompts, candidates, pairs, ties, identical, sizes, thinned } = audit(lists);
  assert.deepEqual(
    { count, prompts, candidates, pairs, ties, identical, thinned },
    { count: 2, prompts: 2, candidates: 5, pairs: 7, ties: 2, identical: 1, thinned: 0 },
  );
  assert.deepEqual(sizes.objects(), [
    { size: 2, lists: 1 },
    { size: 4, lists: 1 },
  ]);
});

test("length bias: share, correlation, and by how much longer; ties do not count", () => {
  const tie = { tie: [false, false, false, true] };
  const { length } = audit(
    pairs(
      [
        ["p", "aaa", "b"],
        ["q", "ccccc", "ddd"],
        ["r", "e", "f"],
        ["s", "g", "hhhhh"],
      ],
      tie,
    ),
  );
  // lengths 3 5 1 against 1 3 1: means 3 and 5/3, all together 7/3 with variance 20/9
  assert.ok(Math.abs(length.pointBiserial - 4 / 3 / (2 * Math.sqrt(20 / 9))) < 1e-12);
  assert.deepEqual([length.longerWins, length.unlike], [1, 2]);
  const bins = length.byDifference.objects().filter((row: any) => row.pairs > 0);
  assert.deepEqual(bins, [
    { from: 0.4, to: 0.5, pairs: 1, longerWins: 1 },
    { from: 0.6, to: 0.7, pairs: 1, longerWins: 1 },
  ]);
  const words = audit(pairs([["p", "a b", "ccccc"]]), { length: text => (text as string).split(" ").length });
  assert.deepEqual([words.length.longerWins, words.length.pointBiserial], [1, 1]);
});

test("length is that of texts, of all messages, and of token ids", () => {
  const said = (content: string) => [{ role: "assistant", content }];
  for (const [chosen, rejected] of [
    [said("aaa"), said("b")],
    [[1, 2, 3], [4]],
  ]) {
    const lists = fromPairs(aq.table({ prompt: ["p"], chosen: [chosen], rejected: [rejected] }));
    assert.equal(audit(lists).length.longerWins, 1);
  }
});

test("duplicates and contradictions, one's own and others'", () => {
  const rows: [string, string, string, string][] = [
    ["p", "a", "b", "x"],
    ["p", "a", "b", "x"],
    ["p", "b", "a", "y"],
    ["p", "a", "c", "x"],
    ["p", "c", "a", "x"],
    ["q", "b", "a", "x"],
    ["q", "b", "a", "y"],
  ];
  const { duplicates, contradictions, selfContradictions, contradicted } = audit(pairs(rows)).repetitions;
  assert.deepEqual([duplicates, contradictions, selfContradictions], [1, 2, 1]);
  assert.deepEqual(contradicted.objects(), [
    { prompt: "p", first: "a", second: "b", firstWins: 2, secondWins: 1, ties: 0 },
    { prompt: "p", first: "a", second: "c", firstWins: 1, secondWins: 1, ties: 0 },
  ]);
  const unknown = audit(pairs(rows.map(([prompt, a, b]) => [prompt, a, b]))).repetitions;
  assert.deepEqual([unknown.duplicates, unknown.selfContradictions], [2, 2]);
});

test("circles of the majority, within a prompt", () => {
  const circle: [string, string, string][] = [
    ["p", "a", "b"],
    ["p", "b", "c"],
    ["p", "c", "a"],
    ["q", "a", "b"],
    ["q", "b", "c"],
    ["q", "a", "c"],
  ];
  const { cycles } = audit(pairs(circle));
  assert.deepEqual(
    [cycles.prompts, cycles.candidates, cycles.table.objects()],
    [1, 3, [{ prompt: "p", candidates: 3 }]],
  );
  const outvoted = audit(pairs([...circle, ["p", "a", "c"], ["p", "a", "c"]]));
  assert.equal(outvoted.cycles.prompts, 0);
  assert.equal(
    audit(
      pairs([
        ["p", "a", "b"],
        ["p", "b", "a"],
      ]),
    ).cycles.prompts,
    0,
  );
});

test("margins: given, else between the scores of neighbours", () => {
  const given = audit(
    pairs(
      [
        ["p", "a", "b"],
        ["q", "a", "b"],
        ["r", "a", "b"],
      ],
      { margin: [1, 3, NaN] },
    ),
    { bins: 2 },
  ).margins;
  assert.deepEqual([given.known, given.missing, given.mean], [2, 1, 2]);
  assert.deepEqual(given.histogram.objects(), [
    { from: 1, to: 2, count: 1 },
    { from: 2, to: 3, count: 1 },
  ]);
  const scores = audit(fromRatings(aq.table({ response: ["a", "b", "c"], rating: [5, 1, 1] })), { bins: 4 }).margins;
  assert.deepEqual(scores.histogram.array("count"), [1, 0, 0, 1]);
  assert.equal(audit(pairs([["p", "a", "b"]], { margin: [2] })).margins.histogram.numRows(), 1);
  const none = audit(pairs([["p", "a", "b"]])).margins;
  assert.deepEqual([none.known, none.missing, none.histogram.numRows()], [0, 1, 0]);
});

test("of a long list, some candidates at even distances", () => {
  const long = Array.from({ length: 1000 }, (_, i) => i);
  const lists = fromRatings(aq.table({ response: long.map(i => "x".repeat(i)), rating: long }));
  const { pairs, thinned, length } = audit(lists, { largest: 10 });
  assert.deepEqual([pairs, thinned, length.longerWins, length.unlike], [45, 1, 1, 45]);
});
