// A multilayer perceptron with one hidden layer and ReLU: the prompt policy's adaptor and the reward model's head.

import * as tf from "@tensorflow/tfjs-core";
import { addBias } from "../../backend/add-bias";
import { biasRelu } from "../../backend/bias-relu";
import { dense } from "../../backend/native-ops";
import { reluDot } from "../../backend/relu-dot";
import { type Checks, checkOptions, finite, integer, randomness, required } from "../../core/options";
import type { Rng } from "../../core/random";

/** Options of `createMlp`. */
export interface MlpOptions {
  /** Width of the input. */
  inputs: number;
  /** Width of the hidden layer. */
  hidden: number;
  /** Width of the output. */
  outputs: number;
  /** Gain of the last layer's Xavier initialization; with a small one the output starts near its bias. Default 1. */
  lastGain?: number;
  /** Initial value of the last bias. Default 0. */
  lastBias?: number;
  /** Stream of the initial values. */
  rng: Rng;
}

const mlpChecks: Checks<MlpOptions> = {
  inputs: required(integer(1)),
  hidden: required(integer(1)),
  outputs: required(integer(1)),
  lastGain: finite,
  lastBias: finite,
  rng: required(randomness),
};

/** A multilayer perceptron with one hidden layer. */
export interface Mlp {
  /** Weights [inputs, hidden] and bias of the hidden layer, then weights [hidden, outputs] and bias of the last. */
  variables: tf.Variable[];
  /**
   * [N, inputs] → [N, outputs], added to the residual if one is given. Differentiable. The caller disposes the result.
   */
  apply(x_ND: tf.Tensor2D, residual_NE?: tf.Tensor2D): tf.Tensor2D;
  /** Frees the variables. */
  dispose(): void;
}

/**
 * max(0, x·W₁ + b₁)·W₂ + b₂, with Xavier-uniform weights. The caller owns it.
 *
 *     const mlp = createMlp({ inputs: 576, hidden: 1024, outputs: 1, rng: seeded(0) });
 *
 * Errors: an option out of its range. Source of the initial values: Glorot & Bengio 2010, Eq. 16.
 */
export function createMlp(options: MlpOptions): Mlp {
  checkOptions("createMlp", options, mlpChecks);
  const { inputs, hidden, outputs, lastGain = 1, lastBias = 0, rng } = options;
  const variable = (values: Float32Array | number[], shape: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape, "float32")));
  const matrix = (ins: number, outs: number, gain: number) =>
    variable(xavierUniform(ins, outs, gain, rng), [ins, outs]);
  const [w1, b1] = [matrix(inputs, hidden, 1), variable(new Float32Array(hidden), [hidden])];
  const [w2, b2] = [matrix(hidden, outputs, lastGain), variable(new Float32Array(outputs).fill(lastBias), [outputs])];
  return mlpOf([w1, b1, w2, b2]);
}

/** An MLP from its variables, in the order of `Mlp.variables`. It owns them from now on. */
export function mlpOf(variables: tf.Variable[]): Mlp {
  const [w1, b1, w2, b2] = variables as tf.Tensor[] as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];
  return {
    variables,
    apply: (x_ND, residual_NE) =>
      tf.tidy(() => {
        const z_NH = dense(x_ND, w1, true);
        if (w2.shape[1] === 1 && !residual_NE) return reluDot(z_NH, b1, w2, b2);
        return addBias(dense(biasRelu(z_NH, b1), w2, true), b2, residual_NE);
      }),
    dispose: () => tf.dispose(variables),
  };
}

/** Uniform in ±gain·√(6 / (ins + outs)). Source: Glorot & Bengio 2010, Eq. 16. */
function xavierUniform(ins: number, outs: number, gain: number, rng: Rng): Float32Array {
  const limit = gain * Math.sqrt(6 / (ins + outs));
  return Float32Array.from({ length: ins * outs }, () => (2 * rng.uniform() - 1) * limit);
}
