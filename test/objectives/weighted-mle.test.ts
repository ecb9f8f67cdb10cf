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
const paid = (rewards: number[]) => ({ ...batch, reward_BT: tf.tensor2d(rewards, [2, 2]) });

test("proportions of exponentials do not overflow", () => {
  close(weightedMle({ weights: "exp" }).loss(paid([500, 500, 900, 0])), ((first + second) / 2 + third) / 2);
});

test("a temperature sharpens: exp(r / τ)", () => {
  const sharp = weightedMle({ weights: "exp", temperature: 0.5, normalized: false });
  close(sharp.loss(paid([0.5, 1, 0, 1])), (Math.E * first + Math.exp(2) * second + third) / 2);
  close(weightedMle({ weights: "exp", temperature: 1e-3 }).loss(paid([0.5, 1, 0, 1])), (second + third) / 2);
  assert.throws(() => weightedMle({ temperature: 0 }), /weightedMle: the temperature is 0/);
});

test("small rewards are as good as large ones, and a row without reward trains nothing", () => {
  close(weightedMle().loss(paid([1e-20, 3e-20, 0, 0])), (first + 3 * second) / 4 / 2);
});

test("a hole takes its share of the reward-to-go only where it counts", () => {
  const hole = { ...paid([9, 1, 2, 2]), mask_BT: tf.tensor2d([0, 1, 1, 0], [2, 2]) };
  close(weightedMle({ credit: "to-go" }).loss(hole), (second + third) / 2);
  close(weightedMle({ credit: "to-go", holes: "count" }).loss(hole), (second / 2 + third) / 2);
});
