import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { reinforce } from "../../src/objectives/reinforce";
import { close } from "../close";
import { batch, gradient } from "./batch";

before(() => selectBackend());

test("the gradient is w (π − 1) for the tokens taken, over their number", () => {
  const [a, b, c] = [0.5, 1, 2];
  const wanted = [a / 4, -a / 4, -b / 2, b / 2, (3 * c) / 4, (-3 * c) / 4, 0, 0].map(x => x / 3);
  close(gradient(reinforce()), wanted);
});

test("equal rewards have no deviation to divide by: no gradient with a baseline, the plain one without", () => {
  for (const value of [0.1, 0.7, -3.3]) {
    const equal = { ...batch, reward_BT: tf.fill([2, 2], value) as tf.Tensor2D };
    for (const baseline of ["batch", "position"] as const)
      close(gradient(reinforce({ baseline, scale: "std" }), equal), [0, 0, 0, 0, 0, 0, 0, 0], 0);
    close(gradient(reinforce({ scale: "std" }), equal), gradient(reinforce(), equal).arraySync(), 0);
  }
});

test("a hole is skipped, or trained with what comes after it", () => {
  const hole = { ...batch, mask_BT: tf.tensor2d([0, 1, 1, 0], [2, 2]) };
  const [first, second, third] = [4 / 3, 2, 4].map(Math.log);
  close(reinforce({ credit: "to-go" }).loss(hole), (second + 2 * third) / 2);
  close(reinforce({ credit: "to-go", gaps: "count" }).loss(hole), (first + second + 2 * third) / 2);
});

test("a wrong shape is named", () => {
  const wrong = { ...batch, reward_BT: tf.zeros([2, 3]) as tf.Tensor2D };
  assert.throws(() => reinforce().loss(wrong), /reinforce: reward_BT has shape \[2,3\], but T is 2 in logits_BTV/);
});
