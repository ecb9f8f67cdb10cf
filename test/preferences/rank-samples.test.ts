import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { rankSamples, type Sample } from "../../src/preferences/rank-samples";
import type { Score } from "../../src/preferences/score";
import { givenLists } from "../../src/preferences/source";
import { weightedSum } from "../../src/preferences/weighted-sum";

const score = (name: string, of: (sample: Sample) => number): Score<Sample> => ({
  name,
  apply: async samples => Float32Array.from(samples, of),
});
const length = score("length", ({ response }) => response.length);
const rng = seeded(0);

test("the policy's samples of each prompt, longest first, ties allowed", async () => {
  const source = rankSamples({
    score: length,
    prompts: ["p", "q"],
    listSize: 3,
    sample: (policy: string, prompts) => prompts.map((prompt, i) => `${prompt}${policy.repeat(i % 4)}`),
  });
  assert.deepEqual([source.name, source.listSize], ["rankSamples by length", 3]);
  const lists = await source.next("x", rng);
  assert.deepEqual(
    lists.objects().map((row: any) => Object.values(row).join(" ")),
    ["0 1 p pxx 3", "0 2 p px 2", "0 3 p p 1", "1 1 q qxxx 4", "1 2 q qx 2", "1 3 q q 1"],
  );
  assert.equal((await source.next("", rng)).array("rank").join(), "1,1,1,1,1,1");
});

test("a wrong number of samples, and scores that are none, are named", async () => {
  const source = (sample: () => string[], of = length) =>
    rankSamples({ score: of, prompts: ["p"], listSize: 2, sample });
  await assert.rejects(source(() => ["a"]).next(0, rng), /rankSamples: there are 1 samples of 2 prompts/);
  const broken = score("broken", ({ response }) => (response === "b" ? Number.NaN : 0));
  await assert.rejects(
    source(() => ["a", "b"], broken).next(0, rng),
    /rankSamples: broken gives candidate 1 the score NaN/,
  );
  assert.throws(() => rankSamples({ score: length, prompts: [], listSize: 1, sample: () => [] }), /listSize is 1/);
  assert.throws(() => rankSamples({ score: length, prompts: [], listSize: 2.5, sample: () => [] }), /listSize is 2\.5/);
  const few = { name: "few", apply: async () => Float32Array.of(1) };
  await assert.rejects(source(() => ["a", "b"], few).next(0, rng), /few gives 1 scores of 2 candidates/);
});

test("a weighted sum of scores", async () => {
  const vowels = score("vowels", ({ response }) => (response as string).replace(/[^aeiou]/g, "").length);
  const both = weightedSum([
    { score: length, weight: 0.5 },
    { score: vowels, weight: -2 },
  ]);
  assert.equal(both.name, "0.5 length + -2 vowels");
  const samples = ["ab", "aeb", ""].map((response, index) => ({ prompt: "", response, index }));
  assert.deepEqual([...(await both.apply(samples))], [-1, -2.5, 0]);
  assert.throws(() => weightedSum([]), /weightedSum: there is no score/);
  assert.throws(() => weightedSum([{ score: length, weight: Number.NaN }]), /the weight of length is NaN/);
});

test("given lists are the same each time", async () => {
  const lists = await rankSamples({ score: length, prompts: ["p"], sample: (_, prompts) => prompts }).next(0, rng);
  const source = givenLists(lists);
  assert.equal(source.listSize, 5);
  assert.equal(await source.next(0, rng), lists);
  assert.throws(() => givenLists(lists.filter(() => false)), /givenLists: there is no list/);
});
