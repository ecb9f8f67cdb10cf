import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Aggregate,
  hardMaxTokens,
  hardMinTokens,
  lastToken,
  meanTokens,
  softMaxTokens,
  softMinTokens,
  sumTokens,
} from "../../src/guidance/aggregate";
import { close, leavesNothing } from "../close";

// One list of two candidates with 3 and 1 tokens, so C = 2.
const reward_BT = tf.tensor2d([
  [1, 2, 3],
  [4, NaN, 9],
]);
const mask_BT = tf.tensor2d([
  [1, 1, 1],
  [1, 0, 0],
]);
const E = [0.5, 1, 1.5].map(Math.exp);
const total = E[0] + E[1] + E[2];
const F = [0.5, 1, 1.5].map(x => Math.exp(-x));
const rest = F[0] + F[1] + F[2];

const table: [Aggregate, scores: number[], gradient: number[]][] = [
  [sumTokens(), [6, 4], [1, 1, 1, 1, 0, 0]],
  [meanTokens(), [4, 8], [2 / 3, 2 / 3, 2 / 3, 2, 0, 0]],
  [softMaxTokens(), [4 * Math.log(total), 8], [...E.map(e => (2 * e) / total), 2, 0, 0]],
  [softMinTokens(), [-4 * Math.log(rest), 8], [...F.map(e => (2 * e) / rest), 2, 0, 0]],
  [hardMaxTokens(), [6, 8], [0, 0, 2, 2, 0, 0]],
  [hardMinTokens(), [2, 8], [2, 0, 0, 2, 0, 0]],
  [meanTokens({ lengthScaled: false }), [2, 4], [1 / 3, 1 / 3, 1 / 3, 1, 0, 0]],
  [softMaxTokens({ lengthScaled: false }), [2 * Math.log(total), 4], [...E.map(e => e / total), 1, 0, 0]],
  [hardMaxTokens({ lengthScaled: false }), [3, 4], [0, 0, 1, 1, 0, 0]],
  [lastToken(), [3, 4], [0, 0, 1, 1, 0, 0]],
];

for (const [aggregate, scores, gradient] of table) {
  test(`${JSON.stringify(aggregate)}: scores, gradient, no leak`, () => {
    const apply = (r: tf.Tensor) => aggregate.apply(r as tf.Tensor2D, mask_BT, 2);
    close(apply(reward_BT), scores);
    close(tf.grad(r => tf.sum(apply(r)))(reward_BT), gradient);
    leavesNothing(() => apply(reward_BT));
  });
}

test("a small temperature turns the soft maximum into the maximum", () => {
  const alone_BT = tf.tensor2d([[1, 2, 3]]);
  const ones_BT = tf.ones([1, 3]) as tf.Tensor2D;
  close(softMaxTokens({ temperature: 0.01 }).apply(alone_BT, ones_BT, 1), 9);
  close(softMinTokens({ temperature: 0.01 }).apply(alone_BT, ones_BT, 1), 3);
});

test("lists of different sizes have lengths of their own", () => {
  const reward_BT = tf.tensor2d([
    [1, 2, 3],
    [4, NaN, 9],
    [5, 5, NaN],
  ]);
  const mask_BT = tf.tensor2d([
    [1, 1, 1],
    [1, 0, 0],
    [1, 1, 0],
  ]);
  close(meanTokens().apply(reward_BT, mask_BT, [2, 1]), [4, 8, 10]);
  assert.throws(() => meanTokens().apply(reward_BT, mask_BT, [2, 2]), /meanTokens: 3 rows do not fill lists of 2,2/);
});

test("of equal tokens the first one gets the gradient of a hard maximum or minimum", () => {
  const equal_BT = tf.tensor2d([[5, 1, 5, 1]]);
  const all_BT = tf.ones([1, 4]) as tf.Tensor2D;
  const gradient = (aggregate: Aggregate) =>
    tf.grad(r => tf.sum(aggregate.apply(r as tf.Tensor2D, all_BT, 1)))(equal_BT);
  close(gradient(hardMaxTokens({ lengthScaled: false })), [1, 0, 0, 0]);
  close(gradient(hardMinTokens({ lengthScaled: false })), [0, 1, 0, 0]);
});

test("an aggregate prints as its options", () => {
  assert.equal(JSON.stringify(softMinTokens()), '{"name":"softMinTokens","temperature":2,"lengthScaled":true}');
  assert.equal(JSON.stringify(sumTokens()), '{"name":"sumTokens"}');
});

test("empty rows, broken lists and temperatures are named", () => {
  const empty_BT = tf.tensor2d([
    [1, 1, 1],
    [0, 0, 0],
  ]);
  assert.throws(() => meanTokens().apply(reward_BT, empty_BT, 2), /meanTokens: row 1 of mask_BT has no token/);
  assert.throws(() => sumTokens().apply(reward_BT, mask_BT, 3), /sumTokens: 2 rows do not fill lists of 3/);
  assert.throws(() => softMaxTokens({ temperature: 0 }), /softMaxTokens: temperature is 0/);
});
