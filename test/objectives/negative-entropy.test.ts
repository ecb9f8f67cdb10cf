import "@tensorflow/tfjs";
import { test } from "node:test";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { close, leavesNothing } from "../close";
import { batch, gradient } from "./batch";

test("the mean of Σ π log π over real tokens, and its gradient", () => {
  const skewed = 0.75 * Math.log(0.75) + 0.25 * Math.log(0.25);
  close(negativeEntropy().loss(batch), (2 * skewed + Math.log(0.5)) / 3);
  const d = (0.75 * (Math.log(0.75) - skewed)) / 3;
  close(gradient(negativeEntropy()), [-d, d, 0, 0, d, -d, 0, 0]);
});

test("nothing leaks", () => leavesNothing(() => negativeEntropy().loss(batch)));
