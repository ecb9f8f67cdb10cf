import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { implicitRewards, pairMeasures } from "../../src/objectives/implicit-rewards";
import { close, leavesNothing } from "../close";
import { full } from "./batch";

before(() => selectBackend());

test("β (log π − log ρ) of whole responses, list by list", () => {
  close(implicitRewards(full, { beta: 2 }), [2 * Math.log(1.5), -2 * Math.log(3)]);
  leavesNothing(() => implicitRewards(full));
});

test("the mean lead and the share of pairs the right way round; equal ones are not", () => {
  const reward_N2 = tf.tensor2d([3, 1, 0, 0, -1, 0.5, 2, 0], [4, 2]);
  assert.deepEqual(pairMeasures(reward_N2), { margin: 0.625, accuracy: 0.5 });
  leavesNothing(() => {
    pairMeasures(reward_N2);
    return [];
  });
});
