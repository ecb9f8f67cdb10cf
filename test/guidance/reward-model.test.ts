import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { seeded } from "../../src/core/random";
import { noBound, sigmoidBound, softplusBound } from "../../src/guidance/bounds";
import { createRewardModel } from "../../src/guidance/reward-model";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

const rng = seeded(0);
/** 40 candidates of 3 tokens with 4 features, all with mean 5 and deviation 2. */
const features = () =>
  tf.tensor3d(
    Array.from({ length: 480 }, () => 5 + 2 * rng.normal()),
    [40, 3, 4],
  );

test("standardised features have mean 0 and deviation 1; a constant feature becomes 0", () => {
  const features_NTD = tf.tidy(() => tf.concat([features(), tf.fill([40, 3, 1], 7)], 2) as tf.Tensor3D);
  const model = createRewardModel({ features_NTD, bound: noBound(), rng });
  const { mean, variance } = tf.moments(model.standardized(features_NTD), [0, 1]);
  close(mean, [0, 0, 0, 0, 0], 1e-4);
  close(variance, [1, 1, 1, 1, 0], 3e-3);
  model.dispose();
});

test("rewards stay in the bound's range, however far the features", () => {
  const features_NTD = features();
  const far_NTD = tf.mul(tf.sub(features_NTD, 5), 1e4) as tf.Tensor3D;
  const table = [
    { bound: softplusBound(), min: 0, max: 1.3133 },
    { bound: sigmoidBound(), min: 0, max: 1 },
  ];
  for (const { bound, min, max } of table) {
    const model = createRewardModel({ features_NTD, bound, rng: seeded(1) });
    const rewards_NT = model.rewards(far_NTD);
    assert.deepEqual(rewards_NT.shape, [40, 3]);
    const values = [...rewards_NT.dataSync()];
    assert.ok(Math.min(...values) >= min && Math.max(...values) <= max, bound.name);
    assert.ok(Math.max(...values) - Math.min(...values) > (max - min) / 2, bound.name);
    model.dispose();
  }
});

test("a token's reward depends on its own features alone, and gradients reach every variable", () => {
  const features_NTD = features();
  const model = createRewardModel({ features_NTD, hidden: 8, bound: softplusBound(), rng: seeded(2) });
  const rewards_NT = model.rewards(features_NTD);
  const one = tf.slice(features_NTD, [6, 1, 0], [1, 1, 4]);
  close(model.rewards(one), [...tf.slice(rewards_NT, [6, 1], [1, 1]).dataSync()]);
  close(model.rewardsOf(model.standardized(features_NTD)), [...rewards_NT.dataSync()]);
  const { grads } = tf.variableGrads(() => tf.sum(model.rewards(features_NTD)), model.variables);
  for (const { name } of model.variables) assert.ok(grads[name].dataSync().some(x => x !== 0));
  model.dispose();
});

test("nothing survives its use or its end", () => {
  const features_NTD = features();
  const start = tf.memory().numTensors;
  const model = createRewardModel({ features_NTD, bound: softplusBound(), rng: seeded(3) });
  leavesNothing(() => model.rewards(features_NTD));
  leavesNothing(() => model.standardized(features_NTD));
  model.dispose();
  assert.equal(tf.memory().numTensors, start);
});
