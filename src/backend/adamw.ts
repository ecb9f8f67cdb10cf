// One optimizer for guidance and policy: AdamW with gradient clipping, whose whole state can be set aside and taken back.

import * as tf from "@tensorflow/tfjs-core";
import { tidy } from "../core/tidy";
import { adamUpdate } from "./adam-update";
import { sumOfSquares } from "./sum-of-squares";

export interface AdamWOptions {
  learningRate: number;
  /** Decoupled weight decay, as a share of the learning rate. Default 0. */
  weightDecay?: number;
  /** The gradient's largest norm over all variables. Default 5, the paper's. */
  clipNorm?: number;
}

export interface Optimizer {
  /**
   * One step down the gradient of `loss`, which returns a scalar made from the variables. Returns the loss and the
   * gradient's norm before clipping. A loss that is not a number changes nothing and is returned as it is.
   */
  minimize(loss: () => tf.Scalar): { loss: number; gradientNorm: number };
  /** Copies of the variables and of the optimizer's state. The caller disposes or restores them. */
  snapshot(): Snapshot;
  /** Goes back to a snapshot, which stays valid. */
  restore(snapshot: Snapshot): void;
  /** Frees the optimizer's state; the variables stay. */
  dispose(): void;
}

export interface Snapshot {
  step: number;
  tensors: tf.Tensor[];
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/** AdamW on the given variables. Source: Loshchilov & Hutter 2019, arXiv:1711.05101, Algorithm 2. */
export function adamW(
  variables: tf.Variable[],
  { learningRate, weightDecay = 0, clipNorm = 5 }: AdamWOptions,
): Optimizer {
  const zeros = () => variables.map(v => tf.tidy(() => tf.variable(tf.zerosLike(v), false)));
  const [first, second] = [zeros(), zeros()];
  const state = [...variables, ...first, ...second];
  let step = 0;
  return {
    minimize(loss) {
      return tidy(() => {
        const { value, grads } = tf.variableGrads(loss, variables);
        const gradients = variables.map(v => grads[v.name]);
        const squares = sumOfSquares(gradients);
        const [lossNow, gradientNorm] = tf.stack([value, tf.sqrt(squares)]).dataSync();
        if (!Number.isFinite(lossNow) || !Number.isFinite(gradientNorm)) return { loss: lossNow, gradientNorm };
        step++;
        const correction = Math.sqrt(1 - beta2 ** step);
        const shared = {
          scale: Math.min(1, clipNorm / (gradientNorm + 1e-6)),
          beta1,
          beta2,
          rate: (learningRate * correction) / (1 - beta1 ** step),
          floor: epsilon * correction,
          decay: learningRate * weightDecay,
        };
        for (const [i, parameter] of variables.entries())
          adamUpdate({ parameter, first: first[i], second: second[i], gradient: gradients[i], ...shared });
        return { loss: lossNow, gradientNorm };
      });
    },
    snapshot: () => ({ step, tensors: state.map(x => tf.clone(x)) }),
    restore(snapshot) {
      step = snapshot.step;
      for (const [i, x] of state.entries()) tf.tidy(() => x.assign(tf.clone(snapshot.tensors[i])));
    },
    dispose: () => tf.dispose([...first, ...second]),
  };
}
