import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { type ReinforceOptions, reinforce } from "../../src/objectives/reinforce";
import { close, leavesNothing } from "../close";
import { batch, gradient } from "./batch";

// −log π of the three tokens: probabilities 3/4, 1/2, 1/4.
const nll = [4 / 3, 2, 4].map(Math.log);
const deviation = Math.sqrt((0.75 ** 2 * 2) / 3);

const table: [ReinforceOptions, weights: [number, number, number]][] = [
  [{}, [0.5, 1, 2]],
  [{ credit: "to-go" }, [1.5, 1, 2]],
  [{ baseline: "position" }, [-0.75, 0, 0.75]],
  [{ credit: "to-go", baseline: "position" }, [-0.25, 0, 0.25]],
  [{ baseline: "position", scale: "deviation" }, [-0.75 / deviation, 0, 0.75 / deviation]],
];

for (const [options, [a, b, c]] of table) {
  test(`reinforce ${JSON.stringify(options)}: value, gradient, padding, no leak`, () => {
    const objective = reinforce(options);
    close(objective.loss(batch), (a * nll[0] + b * nll[1] + c * nll[2]) / 3);
    const wanted = [a / 4, -a / 4, -b / 2, b / 2, (3 * c) / 4, (-3 * c) / 4, 0, 0].map(x => x / 3);
    close(gradient(objective), wanted);
    leavesNothing(() => objective.loss(batch));
    leavesNothing(() => gradient(objective));
  });
}

test("the rewards are constants", () => {
  const loss = (reward: tf.Tensor) => reinforce().loss({ ...batch, reward_BT: reward as tf.Tensor2D });
  close(tf.grad(loss)(batch.reward_BT), [0, 0, 0, 0]);
});

test("equal rewards have no deviation to divide by, and give no gradient", () => {
  const equal = { ...batch, reward_BT: tf.fill([2, 2], 0.7) as tf.Tensor2D };
  close(gradient(reinforce({ baseline: "position", scale: "deviation" }), equal), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a wrong shape is named", () => {
  const wrong = { ...batch, reward_BT: tf.zeros([2, 3]) as tf.Tensor2D };
  assert.throws(() => reinforce().loss(wrong), /reinforce: reward_BT has shape \[2,3\], but T is 2 in logits_BTV/);
});
