import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { bestRate, knownDifferences } from "../../../experiments/credit/known-differences";
import { openKnownRuns, runKnown } from "../../../experiments/credit/known-files";
import { type KnownRewardRow, knownRewardRun } from "../../../experiments/credit/known-rewards";
import { knownRewardSettings } from "../../../experiments/credit/known-settings";
import { selectBackend } from "../../../src/backend/select";
import { temporaryFolder } from "../../temporary";

before(() => selectBackend());

const options = { length: 6, seed: 0, learningRate: 0.3, measureAt: [32, 64, 256], learnAt: [64] };

test("methods share their samples until guidance is learned; then token credit is ahead, and the oracle at once", async () => {
  const tensors = tf.memory().numTensors;
  const run = (method: KnownRewardRow["method"]) => knownRewardRun({ ...options, method });
  const [group, token, sequence, oracle] = [
    await run("group"),
    await run("token"),
    await run("sequence"),
    await run("oracle"),
  ];
  assert.deepEqual(
    group.map(({ scored }) => scored),
    [32, 64, 256],
  );
  for (const other of [token, sequence]) {
    assert.deepEqual(other[0], { ...group[0], method: other[0].method });
    assert.ok(other[2].agreement! > 0.5, `${other[2].agreement}`);
  }
  assert.ok(oracle[0].score > group[0].score + 0.02, `${oracle[0].score}, ${group[0].score}`);
  assert.ok(token[2].score > group[2].score + 0.05, `${token[2].score}, ${group[2].score}`);
  for (const { score, kl } of [...group, ...token]) assert.ok(score < 1 && kl > 0 && kl < 6 * Math.log(20));
  assert.deepEqual(await run("group"), group);
  assert.equal(tf.memory().numTensors, tensors);
});

const row = (change: Partial<KnownRewardRow>): KnownRewardRow => ({
  ...{ method: "group", length: 5, seed: 0, learningRate: 0.1, scored: 64, score: 0, kl: 1, agreement: null },
  ...change,
});

test("differences at equal KL and at the rates that other seeds choose", () => {
  const curve = (method: KnownRewardRow["method"], seed: number, scores: number[]) =>
    scores.map((score, i) => row({ method, seed, score, kl: i + 1, learningRate: (i + 1) / 10 }));
  const rows = [...curve("group", 0, [0.1, 0.2]), ...curve("token", 0, [0.3, 0.4])];
  const tuning = [...curve("group", 7, [0, 0.9]), ...curve("token", 7, [0.5, 0])];
  assert.equal(bestRate(tuning, "group", row({})), 0.2);
  const found = knownDifferences(rows, tuning, ["token", "group"]);
  assert.deepEqual(
    found.map(({ comparison, seed, difference }) => [comparison, seed, Math.round(1000 * difference) / 1000]),
    [
      ["equal KL", 0, 0.2],
      ["best learning rates", 0, 0.1],
    ],
  );
  const apart = [row({ kl: 1 }), row({ method: "token", kl: 2 })];
  assert.deepEqual(knownDifferences(apart, tuning, ["token", "group"]).length, 1);
  assert.throws(() => bestRate([], "token", row({})), /no run of "token", length 5, after 64 sequences/);
});

test("a study goes on where it stopped", async t => {
  const setting = {
    ...knownRewardSettings.toy,
    lengths: [3],
    learningRates: [0.3],
    seeds: 1,
    tuningSeeds: 0,
    measureAt: [32],
  };
  const folder = temporaryFolder(t);
  const files = await openKnownRuns(folder, setting);
  for await (const run of runKnown(setting, files)) if (run.method === "group") break;
  const later: string[] = [];
  for await (const { method } of runKnown(setting, files)) later.push(method);
  assert.deepEqual(later, ["token"]);
  assert.equal(files.runs().flatMap(run => files.rows(run)).length, 2);
  await assert.rejects(openKnownRuns(folder, { ...setting, seeds: 2 }), /holds runs of other options/);
});
