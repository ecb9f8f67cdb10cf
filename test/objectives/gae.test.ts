import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { gae } from "../../src/objectives/gae";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

const rollout = () => ({
  reward_BT: tf.tensor2d([1, 0, 2, 3, Number.NaN, 4], [2, 3]),
  value_BT: tf.tensor2d([0.5, 1, 1.5, 2, Number.NaN, 1], [2, 3]),
  mask_BT: tf.tensor2d([1, 1, 1, 1, 0, 1], [2, 3]),
});

test("backwards over the tokens; a hole is passed over and holds 0", () => {
  const { advantage_BT, return_BT } = gae(rollout(), { discount: 0.5, lambda: 0.5 });
  // Row 1: δ = 1, −0.25, 0.5. Row 2, of two tokens: δ = 1.5, 3.
  close(advantage_BT, [1 - 0.125 / 4, -0.25 + 0.5 / 4, 0.5, 1.5 + 3 / 4, 0, 3]);
  close(return_BT, [1.5 - 0.125 / 4, 0.75 + 0.5 / 4, 2, 3.5 + 3 / 4, 0, 4]);
});

test("with λ = 1 the return is the sum of the rewards, and of what was expected after the last", () => {
  const { return_BT } = gae({ ...rollout(), lastValue_B: tf.tensor1d([0, 10]) }, { lambda: 1 });
  close(return_BT, [3, 2, 2, 17, 0, 14]);
});

test("nothing leaks", () => {
  const inputs = rollout();
  leavesNothing(() => gae(inputs));
});
