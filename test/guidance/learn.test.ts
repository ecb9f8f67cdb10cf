import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { type Rng, seeded } from "../../src/core/random";
import { meanTokens, softMinTokens } from "../../src/guidance/aggregate";
import { type LearnOptions, learnGuidance, type ScoredCandidates } from "../../src/guidance/learn";
import { spearman } from "../../src/metrics/agreement";
import { close } from "../close";

before(() => selectBackend());

const truth = [0.5, -1, 0.2, 0, 2];

/** Candidates of three tokens whose score is the sum of true token rewards, linear in the features. */
function synthetic(count: number, rng: Rng) {
  const features = Array.from({ length: count * 3 * 5 }, () => rng.normal());
  const rewards = Array.from({ length: count * 3 }, (_, n) =>
    truth.reduce((sum, w, d) => sum + w * features[n * 5 + d], 0),
  );
  const scores = Array.from({ length: count }, (_, n) => rewards[3 * n] + rewards[3 * n + 1] + rewards[3 * n + 2]);
  return { scores, rewards, features_NTD: tf.tensor3d(features, [count, 3, 5]) };
}

const options: LearnOptions = { aggregate: meanTokens(), lists: 32, steps: 80, learningRate: 5e-3, hidden: 32 };

test("from whole sequences in order it finds what the tokens are worth", async () => {
  const candidates = synthetic(200, seeded(0));
  const learned = await learnGuidance(candidates, seeded(1), options);
  assert.ok(learned.heldOutSpearman >= 0.9, `held-out Spearman ${learned.heldOutSpearman}`);
  assert.ok(learned.keptStep % 20 === 0 && learned.keptStep <= 80);
  assert.ok(learned.loss > 0 && learned.loss < Math.log(120)); // 5! orders, all alike

  const fresh = synthetic(200, seeded(2));
  const tokens = [...learned.rewards(fresh.features_NTD).dataSync()];
  assert.ok(spearman(tokens, fresh.rewards) >= 0.9, "single tokens, which were never scored");

  const rewards = learned.rewards(candidates.features_NTD).arraySync();
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const variances = [0, 1, 2].map(t => {
    const position = rewards.map(row => row[t]);
    return mean(position.map(r => (r - mean(position)) ** 2));
  });
  close(tf.scalar(learned.spread), Math.sqrt(mean(variances)), 1e-4);
  learned.dispose();
});

test("credit to the sequence pays every token the aggregate of its row", async () => {
  const candidates = synthetic(60, seeded(3));
  const aggregate = softMinTokens();
  const learn = (credit: "token" | "sequence") =>
    learnGuidance(candidates, seeded(4), { ...options, aggregate, credit, steps: 20 });
  const [token, sequence] = [await learn("token"), await learn("sequence")];
  const own_BT = token.rewards(candidates.features_NTD);
  const whole = [...aggregate.apply(own_BT, tf.onesLike(own_BT), 1).dataSync()];
  close(
    sequence.rewards(candidates.features_NTD),
    whole.map(score => [score, score, score]),
  );
  assert.equal(sequence.heldOutSpearman, token.heldOutSpearman);
  token.dispose();
  sequence.dispose();
});

test("the same seed learns the same, another one something else", async () => {
  const candidates = synthetic(60, seeded(5));
  const rewards = async (seed: number) => {
    const learned = await learnGuidance(candidates, seeded(seed), { ...options, steps: 10 });
    const found = [...learned.rewards(candidates.features_NTD).dataSync()];
    learned.dispose();
    return found;
  };
  const first = await rewards(6);
  assert.deepEqual(await rewards(6), first);
  assert.notDeepEqual(await rewards(7), first);
});

test("errors are named; neither they nor a run leave a tensor", async () => {
  const candidates = synthetic(60, seeded(8));
  const few = synthetic(20, seeded(8));
  const start = tf.memory().numTensors;
  const learned = await learnGuidance(candidates, seeded(9), { ...options, steps: 30 });
  const rewards = learned.rewards(candidates.features_NTD);
  rewards.dispose();
  learned.dispose();
  const { features_NTD, scores } = candidates;
  const table: [ScoredCandidates, Partial<LearnOptions>, RegExp][] = [
    [few, {}, /learnGuidance: 20 candidates leave 4 after 16 are held out\. Lists hold 5: score more\./],
    [{ features_NTD, scores: scores.map(() => NaN) }, {}, /the score of candidate 0 is not a number/],
    [
      candidates,
      { learningRate: 1e38 },
      /learnGuidance: the loss of step \d+ is (NaN|-?Infinity)\. Lower the learning rate/,
    ],
    [{ features_NTD, scores: scores.slice(1) }, {}, /learnGuidance: there are 59 scores for 60 candidates/],
  ];
  for (const [content, change, message] of table)
    await assert.rejects(learnGuidance(content, seeded(10), { ...options, ...change }), message);
  assert.equal(tf.memory().numTensors, start);
});
