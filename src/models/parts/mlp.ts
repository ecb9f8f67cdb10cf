// One hidden layer with ReLU: the policy's adaptor and the guidance's reward head are both this.

import * as tf from "@tensorflow/tfjs-core";
import { addBias } from "../../backend/add-bias";
import { biasRelu } from "../../backend/bias-relu";
import { dense } from "../../backend/native-ops";
import { reluDot } from "../../backend/relu-dot";
import type { Rng } from "../../core/random";

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
  /** [N, inputs] → [N, outputs]; added to the residual, if there is one. */
  apply(x_ND: tf.Tensor2D, residual_NE?: tf.Tensor2D): tf.Tensor2D;
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
