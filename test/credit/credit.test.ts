// Every credit in one table: its value by hand on one small batch, and what every credit promises.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import type { Credit, CreditBatch, CreditField } from "../../src/credit";
import * as credit from "../../src/credit";
import { klShapedReward } from "../../src/objectives/kl-shaped-reward";
import { close, leavesNothing } from "../close";
import { batch } from "./batch";

before(() => selectBackend());

const {
  attentionRedistributed,
  finishedOnly,
  generalizedAdvantage,
  groupAdvantage,
  klShaped,
  lastTokenScore,
  leaveOneOut,
  mixture,
  rewardToGo,
  segmented,
  sequenceReward,
  standardized,
  tokenReward,
  uniformScore,
} = credit;

const after7 = (ids: readonly number[]) => ids.flatMap((id, t) => (id === 7 ? [t] : []));

// Means of the positions are 9/4 and 3/2; the squares of what is left sum to 15.25.
const std = Math.sqrt(15.25 / 6);
const table: [Credit, values: number[]][] = [
  [tokenReward(), [1, 2, 3, 0, 5, 1, 0, 0]],
  [sequenceReward(), [1.5, 1.5, 3, 0, 3, 3, 0, 0]],
  [lastTokenScore(), [0, 3, 1, 0, 0, -1, 1, 0]],
  [uniformScore(), [1.5, 1.5, 1, 0, -0.5, -0.5, 1, 0]],
  [groupAdvantage(), [1, 1, -1, 0, -1, -1, 1, 0]],
  [groupAdvantage({ scale: "none" }), [1, 1, -1, 0, -1, -1, 1, 0]],
  [leaveOneOut(), [2, 2, -2, 0, -2, -2, 2, 0]],
  [rewardToGo(), [3, 2, 3, 0, 6, 1, 0, 0]],
  [rewardToGo({ discount: 0.5 }), [2, 2, 3, 0, 5.5, 1, 0, 0]],
  [rewardToGo({ of: lastTokenScore() }), [3, 3, 1, 0, -1, -1, 1, 0]],
  [generalizedAdvantage({ lambda: 0.5 }), [1.5, 2, 0.5, 0, -2, 0, 1, 0]],
  [generalizedAdvantage({ of: tokenReward(), discount: 0.5, lambda: 1 }), [1.5, 1, 2.5, 0, 4.5, 2, 0, 0]],
  [attentionRedistributed(), [1.125, 1.875, 1, 0, -0.125, -0.875, 1, 0]],
  [attentionRedistributed({ of: tokenReward(), beta: 1 }), [2.25, 0.75, 3, 0, 1.5, 4.5, 0, 0]],
  [segmented(tokenReward(), { segments: 2 }), [1.5, 1.5, 3, 0, 3, 3, 0, 0]],
  [segmented(tokenReward(), { segments: 1 }), [1, 2, 3, 0, 5, 1, 0, 0]],
  [segmented(tokenReward(), { segments: 5, shares: "sum" }), [3, 3, 3, 0, 6, 6, 0, 0]],
  [segmented(tokenReward(), { segments: 2, shares: "last" }), [0, 3, 3, 0, 0, 6, 0, 0]],
  // A segment ends at token 7, and at the last one.
  [segmented(tokenReward(), { segments: after7, shares: "sum" }), [3, 3, 3, 0, 5, 1, 0, 0]],
  [klShaped(tokenReward(), { beta: 0.5 }), [0.5, 2, 2, 0, 5, 0.5, 1, 0]],
  [
    mixture([
      [2, tokenReward()],
      [-1, leaveOneOut()],
    ]),
    [0, 2, 8, 0, 12, 4, -2, 0],
  ],
  [standardized(tokenReward()), [-1.25, 0.5, 0.75, 0, 2.75, -0.5, -2.25, 0].map(x => x / std)],
  [standardized(tokenReward(), { baseline: "batch" }), [-1, 0, 1, 0, 3, -1, -2, 0].map(x => x / Math.sqrt(16 / 6))],
  [finishedOnly(lastTokenScore()), [0, 3, 0, 0, 0, 0, 1, 0]],
  // Alone in its group, a sample has nothing to be compared with.
  [finishedOnly(groupAdvantage()), [0, 0, 0, 0, 0, 0, 0, 0]],
];

/** Rows without a token, and a column of padding, with numbers that must not matter. */
function padded(of: CreditBatch, emptyRows: number): CreditBatch {
  const wider = (x: tf.Tensor2D, value: number) =>
    tf.pad(
      x,
      [
        [0, emptyRows],
        [0, 1],
      ],
      value,
    );
  const longer = (x: tf.Tensor1D, value: number) => tf.pad(x, [[0, emptyRows]], value);
  return {
    ...of,
    mask_BT: wider(of.mask_BT, 0),
    score_B: longer(of.score_B!, 50),
    reward_BT: wider(of.reward_BT!, 70),
    behaviorLogProbability_BT: wider(of.behaviorLogProbability_BT!, 7),
    referenceLogProbability_BT: wider(of.referenceLogProbability_BT!, -7),
    value_BT: wider(of.value_BT!, 3),
    ids_BT: tf.cast(wider(of.ids_BT!, 7), "int32"),
    attention_BT: wider(of.attention_BT!, 3),
    finished_B: longer(of.finished_B!, 1),
  };
}

for (const [{ name, apply, needs = [], ...options }, values] of table) {
  const title = `${name} ${JSON.stringify(options)}`;
  test(`${title}: value, no leak`, () => {
    close(apply(batch), values);
    leavesNothing(() => apply(batch));
  });

  test(`${title}: padding and samples without a token change nothing`, () => {
    const got = apply(padded(batch, 2)).arraySync() as number[][];
    const expected = [0, 1, 2, 3].map(b => [...values.slice(2 * b, 2 * b + 2), 0]);
    close(tf.tensor2d(got), [...expected, [0, 0, 0], [0, 0, 0]].flat());
  });

  test(`${title}: needs the fields that it names, and no others`, () => {
    const { mask_BT, listSize } = batch;
    const given = (fields: readonly CreditField[]): CreditBatch => ({
      ...{ mask_BT, listSize },
      ...Object.fromEntries(fields.map(field => [field, batch[field]])),
    });
    assert.doesNotThrow(() => apply(given(needs)).dispose());
    for (const field of needs)
      assert.throws(
        () => apply(given(needs.filter(other => other !== field))),
        new RegExp(`the batch has no ${field}\\. Give`),
      );
    const short = { ...batch, [needs[0]]: tf.zeros([3]) };
    assert.throws(() => apply(short), /has shape/);
  });
}

test("a sample without a token counts in no group", () => {
  const mask_BT = tf.tensor2d([1, 1, 1, 0, 0, 0, 1, 0], [4, 2]);
  const scores = { ...batch, mask_BT, listSize: 4, score_B: tf.tensor1d([3, 1, 99, 2]) };
  close(groupAdvantage({ scale: "none" }).apply(scores), [1, 1, -1, 0, 0, 0, 0, 0]);
  close(leaveOneOut().apply(scores), [1.5, 1.5, -1.5, 0, 0, 0, 0, 0]);
});

test("a sample that was not scored has credit 0 and counts in no group", () => {
  const scores = { ...batch, score_B: tf.tensor1d([3, Number.NaN, -1, 1]) };
  close(lastTokenScore().apply(scores), [0, 3, 0, 0, 0, -1, 1, 0]);
  close(uniformScore().apply(scores), [1.5, 1.5, 0, 0, -0.5, -0.5, 1, 0]);
  close(groupAdvantage().apply(scores), [0, 0, 0, 0, -1, -1, 1, 0]);
  close(leaveOneOut().apply(scores), [0, 0, 0, 0, -2, -2, 2, 0]);
  leavesNothing(() => leaveOneOut().apply(scores));
});

test("returns of values are advantage and value, also of a credit made of others", () => {
  const advantage = generalizedAdvantage({ lambda: 0.5 });
  const made = [
    advantage,
    standardized(klShaped(advantage)),
    mixture([
      [2, tokenReward()],
      [1, finishedOnly(advantage)],
    ]),
  ];
  for (const { returns } of made) {
    close(returns!(batch), [2, 3, 1, 0, -1, -1, 1, 0]);
    leavesNothing(() => returns!(batch));
  }
  assert.equal(tokenReward().returns, undefined);
});

test("segments are those of the response's own tokens, and odd ends are refused", () => {
  const seen: number[][] = [];
  const segments = (ids: readonly number[]) => {
    seen.push([...ids]);
    return [];
  };
  segmented(tokenReward(), { segments }).apply(padded(batch, 1)).dispose();
  assert.deepEqual(seen, [[5, 7], [5], [7, 7], [5], []]);
  for (const odd of [[0, 0], [2], [-1], [0.5], [Number.NaN]])
    assert.throws(
      () => segmented(tokenReward(), { segments: () => odd }).apply(batch),
      /segmented: a segment of a response of 2 tokens ends at/,
      `${odd}`,
    );
});

test("equal scores and equal rewards have credit 0", () => {
  const equal = { ...batch, score_B: tf.fill([4], 0.1) as tf.Tensor1D, reward_BT: tf.fill([4, 2], 0.3) as tf.Tensor2D };
  for (const of of [groupAdvantage(), leaveOneOut(), standardized(tokenReward())])
    assert.ok(
      of
        .apply(equal)
        .dataSync()
        .every(x => x === 0),
      of.name,
    );
});

test("KL shaping of the last token's score is klShapedReward", () => {
  const { behaviorLogProbability_BT: logProbability_BT, referenceLogProbability_BT, score_B, mask_BT } = batch;
  const expected = klShapedReward({ logProbability_BT, referenceLogProbability_BT, score_B, mask_BT });
  close(klShaped(lastTokenScore()).apply(batch), [...expected.dataSync()]);
});

test("a credit made of others needs what they need", () => {
  const mixed = mixture([
    [1, tokenReward()],
    [1, klShaped(leaveOneOut())],
  ]);
  const needs = ["behaviorLogProbability_BT", "referenceLogProbability_BT", "reward_BT", "score_B"];
  assert.deepEqual([...mixed.needs!].sort(), needs);
  assert.equal(mixed.fewestSamples, 2);
  assert.throws(() => mixture([]), /mixture: there is no credit to mix/);
  assert.throws(() => mixture([[Number.NaN, tokenReward()]]), /mixture: weight is NaN/);
});

test("every credit is in the table", () => {
  const names = new Set(table.map(([{ name }]) => name));
  assert.deepEqual([...names].sort(), Object.keys(credit).sort());
});
