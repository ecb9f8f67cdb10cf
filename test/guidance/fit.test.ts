import assert from "node:assert/strict";
import { once } from "node:events";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { sumTokens } from "../../src/guidance/aggregate";
import type { TokenRewards } from "../../src/guidance/drawn-lists";
import { type FitOptions, fitRewards, type Preferences } from "../../src/guidance/fit";
import type { RankedLists } from "../../src/preferences/lists";

before(() => selectBackend());

const candidates = 60;
const scores = Array.from({ length: candidates }, (_, i) => i);

/**
 * One token a candidate. What an evaluation sees is written down: candidates in order, some, reversed, or all equal
 * (NaN).
 */
type Seen = "right" | "half" | "wrong" | "equal";
const reward: Record<Seen, (i: number) => number> = {
  right: i => i,
  half: i => (i % 2 ? i : -i),
  wrong: i => -i,
  equal: () => 1,
};

function model(evaluations: readonly (Seen | ((i: number) => number))[], empty?: number): TokenRewards {
  const variable = tf.variable(tf.scalar(0));
  let evaluation = 0;
  return {
    variables: [variable],
    rewards(rows, learning) {
      if (learning) return tf.tidy(() => tf.mul(variable, tf.tensor2d(rows as number[], [rows.length, 1])));
      const seen = evaluations[evaluation++ % evaluations.length];
      return tf.tensor2d(rows.map(typeof seen === "string" ? reward[seen] : seen), [rows.length, 1]);
    },
    mask: rows =>
      tf.tensor2d(
        rows.map(row => Number(row !== empty)),
        [rows.length, 1],
      ),
  };
}

const fitted = (model: TokenRewards, preferences: Preferences = scores, options: Partial<FitOptions> = {}) =>
  fitRewards(model, preferences, seeded(0), {
    ...{ aggregate: sumTokens(), steps: 6, every: 1, listsPerStep: 2, listSize: 2 },
    ...options,
  });

/** Evaluations, the step that is kept, and the number of evaluations with patience 2. */
const kept: [Seen[], bestStep: number, evaluations: number][] = [
  [["wrong", "half", "right", "half", "wrong", "half"], 3, 5],
  [["right", "equal", "half", "equal", "wrong", "half"], 1, 3],
  [["equal", "half", "equal", "right", "equal", "half"], 4, 6],
  [["equal", "equal", "wrong", "equal", "equal", "equal"], 3, 2],
  [["wrong", "equal", "equal", "equal", "equal", "right"], 6, 3],
  [["half", "equal", "half", "half", "equal", "half"], 1, 3],
  [["equal", "equal", "equal", "equal", "equal", "equal"], 6, 2],
];

for (const [seen, bestStep, evaluations] of kept)
  test(`the best step is kept, whatever is NaN around it: ${seen.join(", ")}`, async () => {
    const all = await fitted(model(seen));
    assert.equal(all.bestStep, bestStep);
    assert.equal(Number.isNaN(all.heldOutSpearman), seen[bestStep - 1] === "equal");
    let count = 0;
    await fitted(model(seen), scores, { patience: 2, onProgress: () => count++ });
    assert.equal(count, evaluations);
  });

/** Pairs of candidates, one list a group; the numbered ones have an order, the others are ties. */
function pairs(ordered: readonly number[], groups = 12): RankedLists {
  return {
    order: Int32Array.from({ length: 2 * groups }, (_, i) => i),
    ranks: Int32Array.from({ length: 2 * groups }, (_, i) => (i % 2 && ordered.includes(i >> 1) ? 2 : 1)),
    starts: Int32Array.from({ length: groups + 1 }, (_, i) => 2 * i),
    groups: Int32Array.from({ length: groups }, (_, i) => i),
  };
}

test("preferences without an order are refused before learning", async () => {
  const table: [Preferences, RegExp][] = [
    [scores.map(() => 0.25), /fitRewards: all 60 scores are 0.25\. There is no order to learn/],
    [scores.map(() => -Infinity), /fitRewards: all 60 scores are -Infinity/],
    [pairs([]), /fitRewards: in every list all candidates are tied\. There is no order to learn/],
  ];
  for (const [preferences, message] of table) await assert.rejects(fitted(model(["right"]), preferences), message);
});

test("a single win is learned from, and a warning says that nothing can be judged", async () => {
  for (let win = 0; win < 12; win++) {
    const warned = once(process, "warning");
    const single = scores.map(i => Number(i === win));
    const found = [
      await fitted(model(["right"]), single, { patience: 2 }),
      await fitted(model(["right"]), pairs([win])),
    ];
    for (const { bestStep, heldOutAgreement } of found) assert.deepEqual([bestStep, heldOutAgreement], [6, Number.NaN]);
    assert.match((await warned)[0].message, /fitRewards: no held-out candidates differ .*The last step is kept/);
  }
});

test("rare wins are on both sides: something to learn from, and something to judge by", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const wins = seeded(seed).shuffled(scores).slice(0, 2);
    const some = scores.map(i => Number(wins.includes(i)));
    const { heldOutSpearman } = await fitted(model([i => some[i]]), some, { steps: 1 });
    assert.equal(heldOutSpearman, 1);
    const { heldOutAgreement } = await fitted(model(["wrong"]), pairs([wins[0] % 12, (wins[0] + 5) % 12]), {
      steps: 1,
    });
    assert.equal(heldOutAgreement, 1); // the first of each pair is the better one
  }
});

test("a candidate without a token is named by its own number, before learning", async () => {
  for (const empty of [0, 5, 59])
    await assert.rejects(
      fitted(model(["right"], empty)),
      new RegExp(`fitRewards: candidate ${empty} has no token\\. Drop empty candidates`),
    );
  const message = /fitRewards: candidate 7 has no token/;
  await assert.rejects(fitted(model(["right"], 7), pairs([1, 2, 3])), message);
  await fitted(model(["right"], 59), pairs([1, 2, 3])); // in no list
});

test("margins of lists and differences of scores are what the better one has to be ahead by", async () => {
  // All rewards are 0 before the first step: the loss of a pair is log(1 + exp(weight · margin)).
  const loss = async (preferences: Preferences, marginWeight: number) =>
    (await fitted(model(["right"]), preferences, { steps: 1, marginWeight })).loss;
  const close = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-5, `${found}`);
  const all = pairs([...Array(12).keys()]);
  const margins = Float64Array.from(all.order, row => (row % 2 ? Number.NaN : 3));
  close(await loss({ ...all, margins }, 0.5), Math.log1p(Math.exp(1.5)));
  close(await loss({ ...all, margins }, 0), Math.LN2);
  const two = scores.map(score => 4 * (score % 2)); // a pair is tied, or 4 apart
  const found = await loss(two, 0.5);
  assert.ok(
    [0, 1, 2].some(apart => Math.abs(found - ((2 - apart) * Math.LN2 + apart * Math.log1p(Math.exp(2))) / 2) < 1e-5),
  );
  await assert.rejects(loss(all, 1), /fitRewards: list 0 has a margin that is not known\. Give a column margin/);
  await assert.rejects(loss([...scores.slice(1), Infinity], 1), /a score is Infinity, so that margins are not known/);
});
