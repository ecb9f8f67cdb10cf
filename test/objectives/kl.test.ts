import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { kl } from "../../src/objectives/kl";
import type { TokenBatch } from "../../src/objectives/objective";
import { close } from "../close";
import { full, gradient } from "./batch";

before(() => selectBackend());

test("log-probabilities of the reference are as good as its logits", () => {
  const { referenceLogits_BTV: _, ...rest } = full;
  const referenceLogProbability_BT = tf.log(tf.tensor2d([0.5, 0.5, 0.75, -1], [2, 2])) as tf.Tensor2D;
  const k3 = kl({ estimator: "k3" });
  close(k3.loss({ ...rest, referenceLogProbability_BT }), k3.loss(full).dataSync()[0]);
});

/**
 * All tokens of a vocabulary of 3, each as often as the policy takes it (4 : 3 : 1), so that a mean is an expectation.
 */
const ids = [0, 0, 0, 0, 1, 1, 1, 2];
const rows = (p: number[]) => tf.tile(tf.log(tf.tensor3d(p, [1, 1, 3])), [ids.length, 1, 1]) as tf.Tensor3D;
const [policy, reference] = [
  [0.5, 0.375, 0.125],
  [0.2, 0.5, 0.3],
];
const every = (): TokenBatch => ({
  logits_BTV: rows(policy),
  ids_BT: tf.tensor2d(ids, [8, 1], "int32"),
  mask_BT: tf.ones([8, 1]) as tf.Tensor2D,
  reward_BT: tf.zeros([8, 1]) as tf.Tensor2D,
  referenceLogits_BTV: rows(reference),
});

test("k1 and k3 have the KL as their mean", () => {
  const exact = policy.reduce((sum, p, i) => sum + p * Math.log(p / reference[i]), 0);
  for (const estimator of ["exact", "k1", "k3"] as const) close(kl({ estimator }).loss(every()), exact);
});

test("the mean gradients: k1's is 0, k2's that of KL(π ‖ ρ), k3's that of KL(ρ ‖ π)", () => {
  const of = (estimator: "exact" | "k1" | "k2" | "k3") => tf.sum(gradient(kl({ estimator }), every()), 0);
  close(of("k1"), [0, 0, 0]);
  close(of("k2"), [...of("exact").dataSync()]);
  close(
    of("k3"),
    policy.map((p, i) => p - reference[i]),
  ); // ∇KL(ρ ‖ π) = π − ρ
});
