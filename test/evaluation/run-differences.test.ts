import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { runDifferences } from "../../src/evaluation/run-differences";

const runs = aq.from([
  { method: "bandit", split: 0, seed: 0, score: 4, agreement: null },
  { method: "guided", split: 0, seed: 0, score: 9, agreement: 0.5 },
  { method: "guided", split: 1, seed: 0, score: 5, agreement: 0.5 },
  { method: "bandit", split: 1, seed: 0, score: 7, agreement: 0.25 },
  { method: "bandit", split: 1, seed: 1, score: 8, agreement: 0.25 },
]);
const options = { values: ["score", "agreement"], baseline: "guided", by: ["split", "seed"] };

test("each run less its partner; without one it is left out, a missing value stays missing", () => {
  assert.deepEqual(runDifferences(runs, options).objects(), [
    { method: "bandit", split: 0, seed: 0, score: -5, agreement: null },
    { method: "bandit", split: 1, seed: 0, score: 2, agreement: -0.25 },
  ]);
});

test("a missing column and a pair with two baselines are named", () => {
  assert.throws(
    () => runDifferences(runs, { ...options, by: ["fold"] }),
    /runDifferences: there is no column "fold". The table has method,/,
  );
  assert.throws(
    () => runDifferences(runs, { ...options, by: ["seed"] }),
    /runDifferences: "guided" has two runs of seed \[0\]/,
  );
});
