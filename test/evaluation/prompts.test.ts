import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { seeded } from "../../src/core/random";
import { measurePrompts, policyScore, rankPrompts } from "../../src/evaluation/prompts";
import { samplePrompts } from "../../src/generation/sample-prompts";
import { classProbabilities } from "../../src/policies/classifier";
import { promptIds } from "../../src/policies/prompt-policy";
import { gapScore } from "../../src/preferences/score";
import { countingScore, examples, sharedClassifier, tinyPolicy } from "../tiny-task";

const tiny = sharedClassifier();

const prompts = [[30, 31], [40], [], [50, 2], [33]];

test("measured: the gap score and the share of examples whose label is likeliest", async () => {
  const texts = examples.map(({ text }) => text);
  const labels = [1, 0, 0, 1];
  const probabilities = await classProbabilities(tiny.classifier, texts, prompts);
  const measured = await measurePrompts(tiny.classifier, examples, prompts);
  for (const [i, rows] of probabilities.entries()) {
    assert.ok(Math.abs(measured[i].score - gapScore(rows, labels)) < 1e-3);
    const right = rows.filter((row, n) => row[labels[n]] > row[1 - labels[n]]).length;
    assert.equal(measured[i].accuracy, right / 4);
  }
  await assert.rejects(
    measurePrompts(tiny.classifier, [{ text: " a", label: "odd" }], prompts),
    /example 0 has label "odd"/,
  );
});

test("the best by search score are ranked again by the mean over both sets of examples, weighted by size", async () => {
  const valid = examples.slice(0, 2);
  const onValid = await measurePrompts(tiny.classifier, valid, prompts);
  const scored = prompts.map((prompt, i) => ({ prompt, score: [10, -5, 30, 20, 25][i] }));
  const rank = (searchExamples: number) =>
    rankPrompts(scored, { classifier: tiny.classifier, valid, searchExamples, finalists: 4, winners: 3 });
  for (const searchExamples of [0, 2, 1000]) {
    const expected = [0, 2, 3, 4]
      .map(i => ({ i, pooled: scored[i].score * searchExamples + onValid[i].score * 2 }))
      .sort((a, b) => b.pooled - a.pooled)
      .slice(0, 3)
      .map(({ i }) => i);
    const winners = await rank(searchExamples);
    assert.deepEqual(
      winners.map(({ prompt }) => prompts.indexOf(prompt as number[])),
      expected,
    );
    for (const [place, i] of expected.entries()) {
      const { text, searchScore, validScore } = winners[place];
      assert.equal(text, tiny.model.tokenizer.decode(prompts[i]));
      assert.equal(searchScore, scored[i].score);
      assert.ok(Math.abs(validScore - onValid[i].score) < 1e-3);
    }
  }
});

test("by default ten finalists and three winners; without prompts an error", async () => {
  const start = tf.memory().numTensors;
  const many = Array.from({ length: 12 }, (_, i) => ({ prompt: [28 + i], score: i }));
  const winners = await rankPrompts(many, { classifier: tiny.classifier, valid: examples, searchExamples: 0 });
  assert.equal(winners.length, 3);
  assert.ok(winners.every(({ searchScore }) => searchScore >= 2));
  await assert.rejects(
    rankPrompts([], { classifier: tiny.classifier, valid: examples, searchExamples: 0 }),
    /rankPrompts: there is no scored prompt\. Score some first\./,
  );
  assert.equal(tf.memory().numTensors, start);
});

test("the policy's score is the mean over its samples, repeats included", async () => {
  const policy = tinyPolicy(tiny.model);
  const drawn = samplePrompts(policy, 64, seeded(2)).map(actions => promptIds(policy, actions));
  const scores = await countingScore().apply(drawn);
  const { mean, distinct } = await policyScore(policy, countingScore(), seeded(2));
  assert.ok(Math.abs(mean - scores.reduce((a, b) => a + b, 0) / 64) < 1e-6);
  assert.equal(distinct, new Set(drawn.map(String)).size);
  assert.ok(distinct < 64);
  policy.dispose();
});
