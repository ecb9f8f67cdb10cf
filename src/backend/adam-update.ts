// Adam's arithmetic on one parameter, apart from what an optimizer decides: a single function, so that an engine may fuse it.

import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

export interface AdamUpdate {
  parameter: tf.Variable;
  /** Running means of the gradient and of its square. */
  first: tf.Variable;
  second: tf.Variable;
  gradient: tf.Tensor;
  /** The gradient counts multiplied by this. */
  scale: number;
  beta1: number;
  beta2: number;
  /** The step, with the bias correction in it. */
  rate: number;
  /** What keeps the divisor from zero. */
  floor: number;
  /** The share of the parameter that decays. */
  decay: number;
}

/**
 * g = scale·gradient, first ← β₁·first + (1 − β₁)·g, second ← β₂·second + (1 − β₂)·g²,
 * parameter ← (1 − decay)·parameter − rate·first / (√second + floor). Assigns the three variables; clones of them keep their values.
 */
export const adamUpdate = (update: AdamUpdate): void => (hasKernels() ? fused(update) : plain(update));

/** What the kernel made: no array of the caller's lies under it, as it may under a tensor that was made from one. */
const ours = new WeakSet<object>();

/** In place, unless a clone shares the memory (the kernel itself looks for reshaped views). */
function fused({ parameter, first, second, gradient, scale, beta1, beta2, rate, floor, decay }: AdamUpdate): void {
  const variables = [parameter, first, second];
  const alone = variables.every(({ dataId }) => ours.has(dataId) && tf.engine().backend.refCount(dataId) === 1);
  tf.tidy(() => {
    // As differences in float64: 1 − 0.999 in float32 is wrong in its fifth digit.
    const [toFirst, toSecond] = [scale * (1 - beta1), scale ** 2 * (1 - beta2)];
    const numbers = tf.tensor1d([beta1, toFirst, beta2, toSecond, rate, floor, 1 - decay]);
    const made = call("TokenwiseAdam", [...variables, gradient, numbers], { in_place: alone }, 3);
    for (const [i, x] of made.entries()) {
      ours.add(x.dataId);
      variables[i].assign(x);
    }
  });
}

function plain({ parameter, first, second, gradient, scale, beta1, beta2, rate, floor, decay }: AdamUpdate): void {
  // Three tidies, because the temporaries of a large parameter are as large as it is.
  tf.tidy(() => first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, scale * (1 - beta1)))));
  tf.tidy(() => {
    const squared = tf.tidy(() => tf.mul(tf.square(gradient), scale ** 2 * (1 - beta2)));
    second.assign(tf.add(tf.mul(second, beta2), squared));
  });
  tf.tidy(() => {
    const divisor = tf.tidy(() => tf.add(tf.sqrt(second), floor));
    const change = tf.tidy(() => tf.div(tf.mul(first, rate), divisor));
    parameter.assign(tf.sub(decay === 0 ? parameter : tf.mul(parameter, 1 - decay), change));
  });
}
