import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { plackettLuceNll } from "../../src/core/plackett-luce";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

test("one number a list, finite however far apart the scores are", () => {
  const scores_NK = tf.tensor2d([Math.log(3), Math.log(2), 0, 500, 0, -500, -500, 0, 500], [3, 3]);
  close(plackettLuceNll(scores_NK), [Math.log(2) + Math.log(1.5), 0, 1500]);
  close(tf.grad(x => tf.sum(plackettLuceNll(x as tf.Tensor2D)))(scores_NK), [
    ...[-1 / 2, 1 / 3 - 1 / 3, 1 / 6 + 1 / 3],
    ...[0, 0, 0],
    ...[-1, -1, 2],
  ]);
  leavesNothing(() => plackettLuceNll(scores_NK));
});
