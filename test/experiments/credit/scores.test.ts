import assert from "node:assert/strict";
import { test } from "node:test";
import { learnJudge, type TextVectors } from "../../../experiments/credit/judge";
import { ridge } from "../../../experiments/credit/ridge";
import { scoreGains, sentimentScore, textScore, wordCountScore } from "../../../experiments/credit/scores";
import { seeded } from "../../../src/core/random";
import type { Tokenizer } from "../../../src/text/tokenizer";

const near = (found: number, wanted: number) => assert.ok(Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);

test("sentiment by a lexicon: bounded, turned by a negation within three words", () => {
  const score = sentimentScore(new Map(Object.entries({ good: 2, dull: -1.5 })));
  const cases: [string, number][] = [
    ["", 0],
    ["A Good film", 2],
    ["good, good and dull", 2.5],
    ["not a very good film", -0.74 * 2],
    ["not what I would call good", 2],
    ["it isn't dull", 0.74 * 1.5],
  ];
  for (const [text, sum] of cases) near(score.of(text), sum / Math.sqrt(sum * sum + 15));
});

test("words are counted case aside; penalties are below 0; a sample without text is refused", async () => {
  assert.equal(wordCountScore(["film"]).of("Film, films and a FILM"), 2);
  const penalty = wordCountScore(["film"], -1);
  assert.deepEqual([...(await penalty.apply([{ prompt: "", response: [], text: "film film", index: 0 }]))], [-2]);
  await assert.rejects(
    penalty.apply([{ prompt: "", response: [], index: 0 }]),
    /penalized words: a sample has no text/,
  );
});

test("what each token adds to the score sums up to it", async () => {
  const tokenizer = { decode: (ids: number[]) => ids.map(id => ["a", "b"][id]).join("") } as unknown as Tokenizer;
  const score = textScore("ends in b, plus length", text => text.length + (text.endsWith("b") ? 10 : 0));
  const [gains] = await scoreGains(score, tokenizer).rewards([{ prompt: [0], response: [1, 0, 1] }]);
  assert.deepEqual([...gains], [11, -9, 11]);
});

test("ridge regression: exact without a penalty, held back by one", () => {
  const rows = [
    [0, 0],
    [1, 0],
    [0, 1],
    [2, 1],
  ];
  const values = rows.map(([a, b]) => 3 + 2 * a - b);
  const exact = ridge(rows, values, 1e-9);
  near(Math.round(exact([5, 5]) * 1e5) / 1e5, 8);
  const x = [-1, 0, 1];
  const held = ridge(
    x.map(value => [value]),
    x.map(value => 2 * value),
    2,
  ); // 2 Σx² / (Σx² + 2)
  near(held([1]) - held([0]), 1);
  assert.throws(() => ridge([], [], 1), /there are 0 rows and 0 values/);
});

test("a judge says how well it agrees with ratings that it did not see", async () => {
  const words = ["good", "great", "best", "bad", "worst", "dull", "not", "fun", "love", "boring"];
  const vectors: TextVectors = {
    name: "a few words",
    of: async texts => texts.map(text => words.map(word => Number(text.toLowerCase().includes(word)))),
    dispose() {},
  };
  const judge = await learnJudge({ vectors, reviews: 2000, rng: seeded(0) });
  assert.ok(judge.correlation > 0.2 && judge.correlation < 0.6, `${judge.correlation}`);
  const rated = await judge.apply(
    ["fun and great", "dull and boring"].map(text => ({ prompt: "", response: text, text, index: 0 })),
  );
  assert.ok(rated[0] > 0.3 && rated[1] < -0.3, rated.join());
});
