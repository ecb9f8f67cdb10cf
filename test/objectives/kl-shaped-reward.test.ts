import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { klShapedReward } from "../../src/objectives/kl-shaped-reward";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

test("β times what the policy is surer of than the reference is taken off, the score comes last", () => {
  const samples = {
    logProbability_BT: tf.tensor2d([-1, -2, -3, -4, -5, Number.NaN], [2, 3]),
    referenceLogProbability_BT: tf.tensor2d([-2, -2, -1, -4.5, -5, -6], [2, 3]),
    score_B: tf.tensor1d([10, 20]),
    mask_BT: tf.tensor2d([1, 1, 1, 1, 1, 0], [2, 3]),
  };
  close(klShapedReward(samples, { beta: 0.5 }), [-0.5, 0, 11, -0.25, 20, 0]);
  leavesNothing(() => klShapedReward(samples));
});
