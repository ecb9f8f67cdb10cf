import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { audit } from "../../src/preferences/audit";
import { fromPairs } from "../../src/preferences/from-pairs";
import { fromRanks } from "../../src/preferences/from-ranks";

test("a pair a list, its prompt, ties, margin, scores and annotator with it", () => {
  const lists = fromPairs(
    aq.table({
      prompt: ["p", "q"],
      chosen: ["a", "c"],
      rejected: ["b", "d"],
      margin: [2, 0],
      tie: [false, true],
      score_chosen: [5, 3],
      score_rejected: [3, 3],
      annotator: ["x", "y"],
    }),
  );
  assert.deepEqual(lists.objects(), [
    { list: 0, rank: 1, prompt: "p", response: "a", score: 5, margin: 2, annotator: "x" },
    { list: 0, rank: 2, prompt: "p", response: "b", score: 3, margin: Number.NaN, annotator: "x" },
    { list: 1, rank: 1, prompt: "q", response: "c", score: 3, margin: 0, annotator: "y" },
    { list: 1, rank: 1, prompt: "q", response: "d", score: 3, margin: Number.NaN, annotator: "y" },
  ]);
});

test("ties of a file: true or 1, false, 0 or nothing, and no other word", () => {
  const ranks = (tie: unknown) =>
    Array.from(fromPairs(aq.table({ chosen: ["a", "c", "e"], rejected: ["b", "d", "f"], tie } as any)).array("rank"));
  assert.deepEqual(ranks([false, true, null]), [1, 2, 1, 1, 1, 2]);
  assert.deepEqual(ranks(Float64Array.of(0, 1, Number.NaN)), [1, 2, 1, 1, 1, 2]);
  assert.throws(() => ranks([false, "no", null]), /fromPairs: tie of row 1 is "no"\. Give true or false, or 1 or 0\./);
});

test("margins of a file: one word among numbers is named, nothing is missing", () => {
  const margins = (margin: unknown[]) =>
    fromPairs(aq.table({ chosen: ["a", "c"], rejected: ["b", "d"], margin })).array("margin");
  assert.throws(() => margins(["0.5", "n/a"]), /fromPairs: margin of row 1 is "n\/a"\. Give numbers\./);
  assert.deepEqual(margins(["", ""]), [NaN, NaN, NaN, NaN]);
});

test("scores that contradict the choice: warned of, kept, dropped or refused, and counted by the audit", async () => {
  const table = aq.table({
    chosen: ["a", "c", "e", "g", "i"],
    rejected: ["b", "d", "f", "h", "j"],
    score_chosen: [3, 1, 2, 1, Number.NaN],
    score_rejected: [1, 3, 2, 4, 9],
    tie: [false, false, false, true, false],
  });
  const found = "fromPairs: in 1 of 5 pairs the chosen response has the lower score, first in row 1 (1 against 3)";
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  const ids = (lists: ReturnType<typeof fromPairs>) => [
    [...lists.array("list")],
    [...lists.array("response")].join(""),
  ];
  const all = [[0, 0, 1, 1, 2, 2, 3, 3, 4, 4], "abcdefghij"];
  assert.deepEqual(ids(fromPairs(table, { contradicted: "keep" })), all);
  assert.deepEqual(ids(fromPairs(table, { contradicted: "drop" })), [[0, 0, 1, 1, 2, 2, 3, 3], "abefghij"]);
  await new Promise(setImmediate);
  assert.equal(warnings.length, 0);
  assert.deepEqual(ids(fromPairs(table)), all);
  await new Promise(setImmediate);
  process.off("warning", listen);
  assert.equal(warnings.length, 1);
  assert.ok(warnings[0].message.startsWith(found) && warnings[0].message.includes('contradicted: "drop"'));
  assert.throws(
    () => fromPairs(table, { contradicted: "fail" }),
    error => (error as Error).message.startsWith(found),
  );
  assert.throws(() => fromPairs(table.slice(1, 2).reify(), { contradicted: "drop" }), /in 1 of 1 pairs/);
  const [kept, dropped] = (["keep", "drop"] as const).map(contradicted => audit(fromPairs(table, { contradicted })));
  assert.deepEqual([kept.contradictedByScores, dropped.contradictedByScores], [1, 0]);
  const equal = fromPairs(aq.table({ chosen: ["a"], rejected: ["b"] }));
  assert.equal(audit(equal).contradictedByScores, 0);
  const ranks = { response: ["a", "b", "c"], rank: [1, 2, 2], score: [1, 2, 3] };
  assert.equal(audit(fromRanks(aq.table(ranks))).contradictedByScores, 2);
});

const said = (content: string) => ({ role: "assistant", content });
const asked = { role: "user", content: "q" };

test("prompts: implied, of conversations, repeated as text, or none", () => {
  const prompts = (columns: Record<string, unknown[]>, options = {}) => {
    const lists = fromPairs(aq.table(columns), options);
    return [lists.array("prompt"), lists.array("response")];
  };
  assert.deepEqual(prompts({ chosen: ["ab c"], rejected: ["ab d"] }), [
    ["ab", "ab"],
    [" c", " d"],
  ]);
  assert.deepEqual(prompts({ chosen: ["ab c"], rejected: ["ab d"] }, { prompt: null }), [
    ["", ""],
    ["ab c", "ab d"],
  ]);
  assert.deepEqual(prompts({ chosen: ["H: ac"], rejected: ["H: ad"] }, { promptEnd: ":" })[0], ["H:", "H:"]);
  const conversations = { chosen: [[asked, said("a")]], rejected: [[asked, said("b")]] };
  for (const table of [conversations, { prompt: ["q"], ...conversations }])
    assert.deepEqual(prompts(table), [
      [[asked], [asked]],
      [[said("a")], [said("b")]],
    ]);
  const answers = { prompt: [[asked]], chosen: [[said("a")]], rejected: [[said("b")]] };
  assert.deepEqual(prompts(answers), [
    [[asked], [asked]],
    [[said("a")], [said("b")]],
  ]);
});

test("columns by other names; what is wrong is named", () => {
  const table = aq.table({ good: ["a"], bad: ["b"], who: ["x"] });
  const named = { chosen: "good", rejected: "bad", annotator: "who" };
  assert.deepEqual(fromPairs(table, named).array("annotator"), ["x", "x"]);
  assert.throws(
    () => fromPairs(table),
    /fromPairs: no column is named chosen or .* Name it by the option "chosen"; the tab/,
  );
  assert.throws(
    () => fromPairs(table, { ...named, margin: "by" }),
    /fromPairs: there is no column "by"\. The table has go/,
  );
  const pair = (chosen: unknown, rejected: unknown) =>
    fromPairs(aq.table({ chosen: ["a", chosen], rejected: ["b", rejected] }));
  assert.throws(() => pair(null, "b"), /fromPairs: chosen of row 1 is missing\. Give texts/);
  assert.throws(
    () => pair("a", 7),
    /fromPairs: rejected of row 1 is 7\. Read it as text: readTable\(file, \{ types: \{ "rejected": "text" \} \}\)\./,
  );
  assert.throws(() => pair("a", [{ text: "b" }]), /rejected of row 1 is \[\{"text":"b"\}\]/);
  assert.throws(() => pair("a", [said("b")]), /fromPairs: row 1 has a conversation beside a text/);
});
