import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { cosines } from "../../src/core/cosine";
import { close, leavesNothing } from "../close";

before(() => selectBackend());

test("cosines of all pairs; those of zeros are 0, and so is their gradient's length, not NaN", () => {
  const [x_BD, y_ND] = [tf.tensor2d([3, 4, 0, 0], [2, 2]), tf.tensor2d([1, 0, -8, 6, 0, 2], [3, 2])];
  close(cosines(x_BD, y_ND), [0.6, 0, 0.8, 0, 0, 0]);
  // (y/|y| − cos · x/|x|) / |x|, summed over y
  const d = tf.slice(tf.grad(x => tf.sum(cosines(x as tf.Tensor2D, y_ND)))(x_BD), [0, 0], [1, 2]);
  close(d, [(0.2 - 1.4 * 0.6) / 5, (1.6 - 1.4 * 0.8) / 5]);
  leavesNothing(() => cosines(x_BD, y_ND));
});
