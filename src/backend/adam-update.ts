// Adam's arithmetic, apart from what an optimizer decides: a single function, so that an engine may fuse it.

import * as tf from "@tensorflow/tfjs-core";
import { aloneIn, call, hasKernels } from "./call";

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
 * parameter ← (1 − decay)·parameter − rate·first / (√second + floor). Assigns the three variables of each update; clones of them keep
 * their values.
 */
export function adamUpdate(updates: readonly AdamUpdate[]): void {
  if (!hasKernels()) updates.forEach(plain);
  else for (const part of inParts(updates)) fused(part);
}

/** Numbers that are updated in one call, unless a single parameter has more: where they are not in place, they are there twice. */
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

/** What the kernel made: no array of the caller's lies under it, as it may under a tensor that was made from one. */
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

/** What the kernel wants to know. In place, unless something shares the memory. */
function numbersOf({ parameter, first, second, scale, beta1, beta2, rate, floor, decay }: AdamUpdate): number[] {
  const alone = Math.min(...[parameter, first, second].map(x => (ours.has(x.dataId) ? aloneIn(x) : 0)));
  // As differences in float64: 1 − 0.999 in float32 is wrong in its fifth digit.
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
