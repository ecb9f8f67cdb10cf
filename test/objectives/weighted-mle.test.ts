import assert from "node:assert/strict";
import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { weightedMle } from "../../src/objectives/weighted-mle";
import { close } from "../close";
import { batch } from "./batch";

before(() => selectBackend());

const [first, second, third] = [4 / 3, 2, 4].map(Math.log);
const rewarded = (rewards: number[]) => ({ ...batch, reward_BT: tf.tensor2d(rewards, [2, 2]) });

test("proportions of exponentials do not overflow", () => {
  close(weightedMle({ weights: "exp" }).loss(rewarded([500, 500, 900, 0])), ((first + second) / 2 + third) / 2);
});

test("a temperature sharpens: exp(r / τ)", () => {
  const sharp = weightedMle({ weights: "exp", temperature: 0.5, normalized: false });
  close(sharp.loss(rewarded([0.5, 1, 0, 1])), (Math.E * first + Math.exp(2) * second + third) / 2);
  close(weightedMle({ weights: "exp", temperature: 1e-3 }).loss(rewarded([0.5, 1, 0, 1])), (second + third) / 2);
  assert.throws(() => weightedMle({ temperature: 0 }), /weightedMle: temperature is 0\. Give a number above 0/);
});

test("small rewards are as good as large ones, and a row without reward trains nothing", () => {
  close(weightedMle().loss(rewarded([1e-20, 3e-20, 0, 0])), (first + 3 * second) / 4 / 2);
});

test("rewards that are negative or no numbers are refused where they are normalized, and nowhere else", () => {
  for (const [rewards, where] of [
    [[-0.5, -0.2, -0.1, 0], "reward_BT\\[0, 0\\] is -0.5"],
    [[0.5, -0.25, 0.1, 0], "reward_BT\\[0, 1\\] is -0.25"],
    [[0.5, 0.2, -1, 0], "reward_BT\\[1, 0\\] is -1"],
    [[0.5, 0.2, Number.NaN, 0], "reward_BT\\[1, 0\\] is NaN"],
  ] as const) {
    for (const credit of ["token", "to-go"] as const)
      assert.throws(
        () => weightedMle({ credit }).loss(rewarded([...rewards])),
        new RegExp(`weightedMle: ${where}.*Bound`),
      );
    if (!rewards.some(Number.isNaN))
      for (const options of [{ normalized: false }, { weights: "exp" }] as const)
        assert.ok(
          Number.isFinite(
            weightedMle(options)
              .loss(rewarded([...rewards]))
              .dataSync()[0],
          ),
        );
  }
  close(weightedMle().loss(rewarded([0.5, 0.5, 1, -9])), ((first + second) / 2 + third) / 2); // padding
});

test("a masked gap takes its share of the reward-to-go only where it counts", () => {
  const gap = { ...rewarded([9, 1, 2, 2]), mask_BT: tf.tensor2d([0, 1, 1, 0], [2, 2]) };
  close(weightedMle({ credit: "to-go" }).loss(gap), (second + third) / 2);
  close(weightedMle({ credit: "to-go", gaps: "count" }).loss(gap), (second / 2 + third) / 2);
});
