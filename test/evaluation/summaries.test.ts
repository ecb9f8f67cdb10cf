import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { scoreSummaries, summaryTable, validationScore } from "../../src/evaluation/summaries";
import { meteorScore } from "../../src/preferences/meteor-score";

const rng = seeded(0);

test("scores in points; sentences are parted for Lsum; an empty summary scores 0", () => {
  const [same, swapped, none] = scoreSummaries(
    ["The cat sat.", "It ran off. The cat sat.", ""],
    ["The cat sat.", "The cat sat. It ran off.", "The cat sat."],
  );
  assert.deepEqual([same.rouge1, same.rouge2, same.rougeLsum, same.words], [100, 100, 100, 4]);
  assert.deepEqual([swapped.rouge1, swapped.rougeL, swapped.rougeLsum], [100, 50, 100]);
  assert.deepEqual(none, { rouge1: 0, rouge2: 0, rougeL: 0, rougeLsum: 0, meteor: 0, words: 0 });
  assert.equal(validationScore([same, none]), (100 + 200 + 100) / 2);
  assert.throws(() => scoreSummaries(["a"], []), /there are 1 summaries and 0 references/);
});

test("a table of methods with intervals, and differences from the baseline", () => {
  const scores = (values: number[]) => values.map(meteor => ({ ...scoreSummaries([""], ["a"])[0], meteor }));
  const methods = [
    { method: "mle", scores: scores([10, 20, 30, 40]) },
    { method: "guided", scores: scores([12, 22, 32, 42]) },
  ];
  const documents = ["a", "a", "b", "b"];
  const table = summaryTable(methods, { rng, documents, baseline: "mle" });
  const rows = table.objects() as Record<string, any>[];
  const of = (method: string) => rows.find(row => row.method === method && row.score === "meteor")!;
  assert.deepEqual([of("mle").mean, of("mle").low, of("mle").high, of("mle").difference], [25, 15, 35, undefined]);
  assert.equal(of("guided").difference, 2);
  assert.deepEqual([of("guided").differenceLow, of("guided").differenceHigh], [2, 2]);
  assert.ok(Math.abs(of("guided").p - 0.5) < 0.06); // two documents: half of the swaps make a difference as large
  assert.equal(table.numRows(), 12);
  assert.deepEqual(summaryTable(methods.slice(0, 1), { rng }).columnNames(), [
    "method",
    "score",
    "mean",
    "low",
    "high",
  ]);
  const uneven = [methods[0], { ...methods[1], scores: methods[1].scores.slice(1) }];
  assert.throws(() => summaryTable(uneven, { rng }), /guided has scores of \d items, mle of \d\. Score the same items/);
  assert.throws(
    () => summaryTable(methods, { rng, baseline: "lead" }),
    /there is no method "lead". There are mle, guided/,
  );
});

test("METEOR as a preference of samples", async () => {
  const score = meteorScore(["the cat sat", "a dog"]);
  const samples = [
    { index: 0, text: "the cat sat" },
    { index: 1, text: "the cat sat" },
    { index: 0, text: "the cat" },
  ];
  const [equal, other, part] = await score.apply(samples);
  assert.ok(equal > part && part > other && other === 0);
  assert.equal(score.name, "METEOR without synonyms");
  assert.equal(meteorScore([], { synonyms: () => new Set() }).name, "METEOR");
});
