// Adam's arithmetic in a single function, so that it can be fused into one kernel.

import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

/** One step of one parameter. */
export interface AdamUpdate {
  parameter: tf.Variable;
  /** Running mean of the gradient. */
  first: tf.Variable;
  /** Running mean of the squared gradient. */
  second: tf.Variable;
  gradient: tf.Tensor;
  /** Factor of the gradient. */
  scale: number;
  beta1: number;
  beta2: number;
  /** Learning rate, including the bias correction. */
  rate: number;
  /** Added to the divisor, including the bias correction. */
  floor: number;
  /** Factor of the parameter that is subtracted from it. */
  decay: number;
}

/**
 * g = scale·gradient, first ← β₁·first + (1 − β₁)·g, second ← β₂·second + (1 − β₂)·g², parameter ← (1 −
 * decay)·parameter − rate·first / (√second + floor). Assigns the three variables of each update; clones of them keep
 * their values.
 */
export function adamUpdate(updates: readonly AdamUpdate[]): void {
  if (!hasKernels()) updates.forEach(plain);
  else for (const part of inParts(updates)) fused(part);
}

/**
 * Most values of one call, unless a single parameter has more: values that are not updated in place take twice the
 * memory.
 */
const together = 2 ** 21;

function inParts(updates: readonly AdamUpdate[]): AdamUpdate[][] {
  const parts: AdamUpdate[][] = [];
  let room = 0;
  for (const update of updates) {
    room -= update.parameter.size;
    if (parts.length === 0 || room < 0) {
      parts.push([]);
      room = together - update.parameter.size;
    }
    parts[parts.length - 1].push(update);
  }
  return parts;
}

/**
 * Outputs of the kernel, whose memory no array of the caller shares, unlike that of a tensor that was created from an
 * array.
 */
const ours = new WeakSet<object>();

function fused(updates: readonly AdamUpdate[]): void {
  const variables = (["parameter", "first", "second"] as const).flatMap(name => updates.map(update => update[name]));
  tf.tidy(() => {
    const numbers = tf.tensor1d(updates.flatMap(numbersOf));
    const inputs = [...variables, ...updates.map(({ gradient }) => gradient), numbers];
    const made = call("TokenwiseAdamW", inputs, { N: { int: updates.length } }, variables.length);
    for (const [i, x] of made.entries()) {
      ours.add(x.dataId);
      variables[i].assign(x);
    }
  });
}

/** The kernel's numbers for one update, which is in place unless something shares the memory. */
function numbersOf({ parameter, first, second, scale, beta1, beta2, rate, floor, decay }: AdamUpdate): number[] {
  const alone = Math.min(...[parameter, first, second].map(x => (ours.has(x.dataId) ? aloneIn(x) : 0)));
  // The differences are computed in float64: 1 − 0.999 in float32 is wrong in its fifth digit.
  return [beta1, scale * (1 - beta1), beta2, scale ** 2 * (1 - beta2), rate, floor, 1 - decay, alone];
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
