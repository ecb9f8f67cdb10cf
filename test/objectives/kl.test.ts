import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { kl } from "../../src/objectives/kl";
import { close, leavesNothing } from "../close";
import { batch, gradient } from "./batch";

const withReference = { ...batch, referenceLogits_BTV: tf.zeros([2, 2, 2]) as tf.Tensor3D };

test("the mean over real tokens of the exact KL to the reference, and its gradient", () => {
  const skewed = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
  close(kl().loss(withReference), (2 * skewed) / 3);
  const d = (0.75 * (Math.log(1.5) - skewed)) / 3;
  close(gradient(kl(), withReference), [-d, d, 0, 0, d, -d, 0, 0]);
  leavesNothing(() => kl().loss(withReference));
});

test("a batch without a reference is named", () => {
  assert.throws(
    () => kl().loss(batch),
    /kl: the batch has no referenceLogits_BTV. Give the logits of the reference LM/,
  );
});
