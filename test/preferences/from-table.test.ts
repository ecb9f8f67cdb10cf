// The forms of judged responses: fromRatings, fromRanks, fromLabels, and fromTable, which tells them apart.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { fromLabels } from "../../src/preferences/from-labels";
import { fromRanks } from "../../src/preferences/from-ranks";
import { fromRatings } from "../../src/preferences/from-ratings";
import { fromTable } from "../../src/preferences/from-table";
import type { ListsTable } from "../../src/preferences/lists-table";

/** "prompt: best = tied > worse; …" */
const shown = (lists: ListsTable) => {
  const rows = lists.objects() as { list: number; rank: number; prompt: string; response: string }[];
  return rows.reduce((text, { list, rank, prompt, response }, i) => {
    const before = rows[i - 1];
    if (before?.list !== list) return `${text}${text && "; "}${prompt}: ${response}`;
    return `${text} ${rank === before.rank ? "=" : ">"} ${response}`;
  }, "");
};
const prompt = ["p", "q", "p", "q", "p", "r"];
const response = ["a", "b", "c", "d", "e", "f"];

test("ratings: higher first, ties, kept as scores; a row a response or a row a list", () => {
  const lists = fromRatings(aq.table({ prompt, response, rating: [1, 5, 3, 2, 3, 9] }));
  assert.equal(shown(lists), "p: c = e > a; q: b > d");
  assert.deepEqual(lists.array("score"), [3, 3, 1, 5, 2]);
  const wide = aq.table({
    prompt: ["p", "q"],
    responses: [
      ["a", "b", "c"],
      ["d", "e"],
    ],
    scores: [
      [1, 3, 2],
      [0, 0],
    ],
  });
  assert.equal(shown(fromTable(wide)), "p: b > c > a; q: d = e");
});

test("each annotator's ratings make a list; without prompts all responses are compared", () => {
  const table = aq.table({ response: ["a", "b", "a", "b"], score: [1, 2, 2, 1], annotator: ["x", "x", "y", "y"] });
  assert.equal(shown(fromTable(table)), ": b > a; : a > b");
  assert.equal(shown(fromRatings(table.select("response", "score"))), ": b = a > a = b");
});

test("ranks: lower first; a shuffled table of lists comes back in order", () => {
  assert.equal(shown(fromRanks(aq.table({ prompt, response, rank: [0, 2, 7, 1, 7, 0] }))), "p: a > c = e; q: d > b");
  assert.equal(shown(fromTable(aq.table({ prompt: ["p"], completions: [["a", "b"]], ranks: [[2, 1]] }))), "p: b > a");
  const steps = aq.table({ prompt: ["p"], completions: [["a", "b"]], labels: [[true, false]] });
  assert.throws(
    () => fromTable(steps),
    /fromTable: there are 2 readings: rival responses .*; steps of .* Say which: fromLabels\(table\) or fromSteps/,
  );
  assert.equal(shown(fromLabels(steps)), "p: a > b");
  const lists = fromRatings(aq.table({ prompt, response, rating: [1, 5, 3, 2, 3, 9] }));
  const back = fromTable(lists.orderby(aq.desc("response")));
  assert.equal(shown(back), "p: e = c > a; q: b > d");
  assert.deepEqual(back.array("score"), [3, 3, 1, 5, 2]);
});

test("labels: good over bad of the same prompt", () => {
  const labels = { prompt, completion: response, label: [true, false, false, false, true, true] };
  assert.equal(shown(fromTable(aq.table(labels))), "p: a = e > c");
  assert.throws(
    () => fromLabels(aq.table({ ...labels, prompt: ["1", "2", "3", "4", "5", "6"] })),
    /fromLabels: no prompt has both a good and a bad response\. Set `across`/,
  );
});

test("labels across prompts: everyone dealt once, both kinds in every list", () => {
  const n = 103;
  const table = aq.table({
    response: Array.from({ length: n }, (_, i) => `r${i}`),
    label: Array.from({ length: n }, (_, i) => (i % 3 ? 0 : 1)),
  });
  const lists = fromLabels(table, { across: { listSize: 4, rng: seeded(0) } });
  const rows = lists.objects() as { list: number; rank: number; response: string }[];
  assert.equal(new Set(rows.map(row => row.response)).size, n);
  for (let list = 0; list < 26; list++) {
    const own = rows.filter(row => row.list === list);
    assert.ok(own.length >= 3 && own.length <= 5, `${own.length}`);
    for (const { rank, response } of own) assert.equal(rank === 1, Number(response.slice(1)) % 3 === 0);
    assert.ok(own.at(-1)!.rank > 1);
  }
  assert.throws(
    () =>
      fromLabels(
        table.filter((row: any) => row.label === 1),
        { across: { listSize: 4, rng: seeded(0) } },
      ),
    /fromLabels: there are 35 good and 0 bad responses/,
  );
});

test("what is wrong is named with its row", () => {
  const table = (columns: Record<string, unknown[]>) => aq.table({ prompt, response, ...columns });
  assert.throws(() => fromTable(table({})), /fromTable: no known form of preferences has the columns prompt, response/);
  assert.throws(
    () => fromTable(table({ rating: [1, 2, NaN, 4, 5, 6] })),
    /fromRatings: rating of response 2 is NaN\. Give/,
  );
  assert.throws(
    () => fromTable(table({ label: [1, 0, 2, 1, 1, 1] })),
    /fromLabels: label of response 2 is 2\. Give true/,
  );
  assert.throws(
    () =>
      fromTable(
        aq.table({
          responses: [["a", "b"], ["c"]],
          ranks: [
            [1, 2],
            [1, 2],
          ],
        }),
      ),
    /fromRanks: row 1 has a list of 1 in responses, and a list of 2 in ranks\. Give two lists of the same length/,
  );
  assert.throws(
    () => fromRatings(table({ rating: ["1", "2.5", "n/a", "4", "5", "6"] })), // as from a CSV file
    /fromRatings: rating of response 2 is "n\/a"\. Give a number/,
  );
  assert.throws(
    () => fromRatings(table({ rating: [1, 2, 3, 4, 5, 6] }), { response: "text" }),
    /there is no column "text"/,
  );
  assert.throws(
    () => fromRatings(table({ prompt: [1, 2, 3, 4, 5, 6], rating: [1, 2, 3, 4, 5, 6] })),
    /prompt of row 0 is 1/,
  );
});
