import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { fromPairs } from "../../src/preferences/from-pairs";
import { numberLists } from "../../src/preferences/number-lists";
import { rankSamples, type Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { givenLists, mixLists } from "../../src/preferences/source";

const length: Score<Sample> = {
  name: "length",
  apply: async samples => Float32Array.from(samples, ({ response }) => response.length),
};
const given = givenLists(fromPairs(aq.from([{ prompt: "p", chosen: "c", rejected: "r" }])));
/** Writes the prompt and one letter more for each sample, and a mark of its stream. */
const written = (change: object = {}) =>
  rankSamples<number>({
    ...{ score: length, prompts: ["p", { prompt: "q" }], listSize: 2 },
    sample: (policy, prompts) => prompts.map((prompt, i) => `${prompt}${"x".repeat(policy + (i % 2))}`),
    ...change,
  });
const rows = (table: aq.ColumnTable, ...names: string[]) =>
  (table.objects() as Record<string, unknown>[]).map(row => names.map(name => row[name]).join(" "));

test("sources together: all lists, numbered anew; scores only where all have them", async () => {
  const both = mixLists(given, written());
  assert.equal(both.listSize, 2);
  assert.equal(both.name, "mixLists of givenLists and rankSamples by length");
  const table = await both.next(1, seeded(0));
  assert.deepEqual(rows(table, "list", "rank", "prompt", "response"), [
    ...["0 1 p c", "0 2 p r"],
    ...["1 1 p pxx", "1 2 p px"],
    ...["2 1 q qxx", "2 2 q qx"],
  ]);
  assert.equal(table.column("score"), undefined);
  assert.deepEqual((await mixLists(written(), written()).next(0, seeded(0))).array("score").length, 8);
  assert.throws(() => mixLists(), /mixLists: there is no source/);
});

test("all samples scored so far, also after a checkpoint", async () => {
  const source = written({ keepAll: true });
  assert.equal((await source.next(0, seeded(0))).numRows(), 4);
  const saved = JSON.parse(JSON.stringify(source.save!()));
  const second = await source.next(1, seeded(1));
  assert.equal(second.numRows(), 8);
  const resumed = written({ keepAll: true });
  resumed.restore!(saved);
  assert.deepEqual((await resumed.next(1, seeded(1))).objects(), second.objects());
  assert.equal(written().save, undefined);
});

test("other prompts in each draw, with their indices", async () => {
  const seen: number[] = [];
  const score = {
    ...length,
    apply(samples: readonly Sample[]) {
      seen.push(...samples.map(({ index }) => index));
      return length.apply(samples);
    },
  };
  const source = written({ score, prompts: ["a", "b", "c", "d"], promptsPerDraw: 2 });
  const first = await source.next(0, seeded(0));
  assert.equal(first.numRows(), 4);
  assert.deepEqual(
    first.array("prompt"),
    [seen[0], seen[0], seen[2], seen[2]].map(index => "abcd"[index]),
  );
});

test("how to sample is said once, and fits the policy", async () => {
  assert.throws(() => written({ sampling: { maxNewTokens: 2 } }), /rankSamples: both sampling and sample are given/);
  assert.throws(() => written({ sample: undefined }), /rankSamples: it is not said how to sample/);
  const source = rankSamples({ score: length, prompts: ["p"], sampling: { maxNewTokens: 2 } });
  await assert.rejects(source.next("me", seeded(0)), /the policy is not one over responses\. Give `sample`/);
});

test("the column candidate numbers candidates; one list with scores is learned by them", () => {
  const table = aq.table({
    ...{ list: [0, 0, 0], rank: [1, 2, 2], prompt: ["", "", ""], response: ["b", "a", "c"] },
    ...{ score: [3, 1, 1], candidate: [1, 0, 2] },
  });
  const { lists, scores, candidates } = numberLists(table);
  assert.deepEqual([...lists.order], [1, 0, 2]);
  assert.deepEqual([...scores!], [1, 3, 1]);
  assert.deepEqual(candidates.array("response"), ["a", "b", "c"]);
  assert.throws(() => numberLists(table.assign({ candidate: [0, 1, 3] } as never)), /there is no candidate 2/);
});
