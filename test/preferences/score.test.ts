import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { classProbabilities } from "../../src/policies/classifier";
import { classNumbers, gapScore, promptScore } from "../../src/preferences/score";
import { inRepository } from "../repository";
import { examples, sharedClassifier } from "../tiny-task";

const tiny = sharedClassifier();

test("gaps count 200 where the label wins, else 180", () => {
  const rows = [
    [0.7, 0.2, 0.1],
    [0.7, 0.2, 0.1],
    [0.5, 0.5, 0],
  ];
  assert.ok(Math.abs(gapScore(rows, [0, 1, 1]) - (0.5 * 200 - 0.5 * 180 + 0) / 3) < 1e-9);
  assert.ok(Math.abs(gapScore(rows, [0, 1, 1], { correct: 1, incorrect: 10 }) - (0.5 - 5) / 3) < 1e-9);
});

const { cases } = JSON.parse(readFileSync(inRepository("test", "golden", "task_reward.json"), "utf8"));

test("gap scores are those of the authors' code", () => {
  let checked = 0;
  for (const { id, labels, class_probs, incorrect_coeff, correct_coeff, reward, by_index } of cases)
    for (const [m, rows] of class_probs.entries()) {
      const expected = (by_index?.reward ?? reward)[m];
      const found = gapScore(rows, labels, { correct: correct_coeff, incorrect: incorrect_coeff });
      assert.ok(Math.abs(found - expected) < 1e-5, `${id}[${m}]: ${found}, expected ${expected}`);
      checked++;
    }
  assert.ok(checked > 10);
});

test("a prompt's score is the gap score of its probabilities on the examples", async () => {
  const score = promptScore(tiny.classifier, examples);
  const prompts = [[30, 31], [], [50]];
  const texts = examples.map(({ text }) => text);
  const probabilities = await classProbabilities(tiny.classifier, texts, prompts);
  const expected = probabilities.map(rows => gapScore(rows, [1, 0, 0, 1]));
  const found = await score.apply(prompts);
  for (const [i, x] of found.entries()) assert.ok(Math.abs(x - expected[i]) < 1e-3, `${x}, expected ${expected[i]}`);
  assert.equal(score.name, "promptScore");
  score.dispose();
});

test("no prompt is paid twice, within a call or between calls", async () => {
  const start = tf.memory().numTensors;
  const paid: number[] = [];
  const score = promptScore(tiny.classifier, examples, {
    onProgress: (done, total) => done === total && paid.push(total),
  });
  const first = await score.apply([[30], [31], [30]]);
  assert.deepEqual(paid, [2 * examples.length]);
  assert.equal(first[0], first[2]);
  const second = await score.apply([[31], [32], [30]]);
  assert.deepEqual(paid, [2 * examples.length, examples.length]);
  assert.deepEqual([second[0], second[2]], [first[1], first[0]]);
  await score.apply([[30]]);
  assert.equal(paid.length, 2);
  assert.deepEqual(
    score.evaluated().map(({ prompt, score }) => [prompt, Math.fround(score)]),
    [
      [[30], first[0]],
      [[31], first[1]],
      [[32], second[1]],
    ],
  );
  score.dispose();
  assert.equal(tf.memory().numTensors, start);
});

test("labels that do not fit the classes are named", () => {
  const classes = ["negative", "positive"];
  assert.deepEqual(classNumbers(classes, examples, "here"), [1, 0, 0, 1]);
  assert.throws(
    () => promptScore(tiny.classifier, [...examples, { text: " a", label: "neutral" }]),
    /promptScore: example 4 has label "neutral"\. Labels must be among negative, positive\./,
  );
  assert.throws(
    () => promptScore(tiny.classifier, examples.slice(1, 3)),
    /promptScore: class "positive" has no example\. Give examples of every class\./,
  );
});
