// One hidden layer with ReLU: the policy's adaptor and the guidance's reward head are both this.

import * as tf from "@tensorflow/tfjs-core";
import { biasRelu } from "../backend/bias-relu";
import type { Rng } from "../core/random";

export interface MlpOptions {
  inputs: number;
  hidden: number;
  outputs: number;
  /** Gain of the last layer's Xavier initialisation; a small one starts the output near its bias. Default 1. */
  lastGain?: number;
  /** Start value of the last bias. Default 0. */
  lastBias?: number;
  rng: Rng;
}

export interface Mlp {
  variables: tf.Variable[];
  /** [N, inputs] → [N, outputs]. */
  apply(x_ND: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

export function createMlp({ inputs, hidden, outputs, lastGain = 1, lastBias = 0, rng }: MlpOptions): Mlp {
  const variable = (values: Float32Array | number[], shape: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor(values, shape, "float32")));
  const matrix = (ins: number, outs: number, gain: number) =>
    variable(xavierUniform(ins, outs, gain, rng), [ins, outs]);
  const [w1, b1] = [matrix(inputs, hidden, 1), variable(new Float32Array(hidden), [hidden])];
  const [w2, b2] = [matrix(hidden, outputs, lastGain), variable(new Float32Array(outputs).fill(lastBias), [outputs])];
  return mlpOf([w1, b1, w2, b2]);
}

/** The layer of these variables: weights and bias of the hidden layer, then of the last. They become its own. */
export function mlpOf(variables: tf.Variable[]): Mlp {
  const [w1, b1, w2, b2] = variables;
  return {
    variables,
    apply: x_ND =>
      tf.tidy(() => {
        const hidden = biasRelu(tf.matMul(x_ND, w1 as tf.Tensor as tf.Tensor2D), b1 as tf.Tensor as tf.Tensor1D);
        return tf.add(tf.matMul(hidden, w2 as tf.Tensor as tf.Tensor2D), b2) as tf.Tensor2D;
      }),
    dispose: () => tf.dispose(variables),
  };
}

/** Uniform in ±gain·√(6 / (ins + outs)). Source: Glorot & Bengio 2010, Eq. 16. */
function xavierUniform(ins: number, outs: number, gain: number, rng: Rng): Float32Array {
  const limit = gain * Math.sqrt(6 / (ins + outs));
  return Float32Array.from({ length: ins * outs }, () => (2 * rng.uniform() - 1) * limit);
}
