import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../../src/backend/select";
import { layerNorm, rmsNorm, silu } from "../../../src/models/parts/layers";
import { close, leavesNothing } from "../../close";

before(() => selectBackend());

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test("rmsNorm: x / sqrt(mean x² + ε) · g, over the last axis alone", () => {
  const x = tf.tensor2d([
    [3, 4],
    [0, 0],
  ]);
  const gain_D = tf.tensor1d([1, 2]);
  const norm = Math.sqrt(12.5 + 0.5);
  close(rmsNorm(x, gain_D, 0.5), [3 / norm, 8 / norm, 0, 0]);
  // d/dx1 of the first output: (1 − x1² / (2 · (mean + ε))) / sqrt(mean + ε)
  const d = tf.grad(y => tf.sum(tf.slice(rmsNorm(y, gain_D, 0.5), [0, 0], [1, 1])))(x);
  close(tf.slice(d, [0, 0], [1, 2]), [(1 - 9 / 26) / norm, -12 / 26 / norm]);
  leavesNothing(() => rmsNorm(x, gain_D, 0.5));
});

test("layerNorm: (x − mean) / sqrt(variance + ε) · g + b, with PyTorch's gradients", () => {
  const x = tf.tensor2d([[1, 2, 4]]);
  const [gain_D, bias_D] = [tf.tensor1d([1, 2, 0.5]), tf.tensor1d([0, 1, -1])];
  close(layerNorm(x, gain_D, bias_D, 1e-5), [-1.0690414, 0.4654793, -0.3318492]);
  // torch.nn.functional.layer_norm, d(y · [1, 2, 3]) / d(x, gain, bias)
  const weigh = (y: tf.Tensor) => tf.sum(tf.mul(y, [1, 2, 3]));
  const [toX, toGain, toBias] = tf.grads((y, g, b) => weigh(layerNorm(y, g as tf.Tensor1D, b as tf.Tensor1D, 1e-5)))([
    x,
    gain_D,
    bias_D,
  ]);
  close(toX, [-0.9735911, 1.4603872, -0.486796]);
  close(toGain, [-1.0690414, -0.5345207, 4.0089054]);
  close(toBias, [1, 2, 3]);
  leavesNothing(() => layerNorm(x, gain_D, bias_D, 1e-5));
});

test("silu: x · sigmoid(x), with its gradient", () => {
  const x = tf.tensor1d([-2, 0, 3]);
  close(silu(x), [-2 * sigmoid(-2), 0, 3 * sigmoid(3)]);
  const slope = (v: number) => sigmoid(v) * (1 + v * (1 - sigmoid(v)));
  close(tf.grad(y => tf.sum(silu(y)))(x), [-2, 0, 3].map(slope));
});
