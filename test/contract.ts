// What every loss of this library promises, checked from one record: its value, its gradient against finite
// differences, constants that get none, padding that changes nothing, no tensor left behind, the name of a field that
// is missing, and the same step of the real optimizer on every engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamW } from "../src/backend/adamw";
import { selectBackend } from "../src/backend/select";
import { gradientsOf } from "../src/core/backward";
import { close, leavesNothing } from "./close";

export type Inputs = Record<string, tf.Tensor>;

export interface Contract {
  name: string;
  /**
   * With their axes in their names. Those that start with "ids", "label" or "mask" are no numbers to differentiate by.
   */
  inputs: Inputs;
  loss(inputs: Inputs): tf.Tensor;
  /** The loss of these inputs, by hand. */
  value: number;
  /** The inputs that get gradients; the others are constants. */
  moving: string[];
  /** Rows without a token that change nothing: a list of them, say. Default 1; 0 where such rows are refused. */
  emptyRows?: number;
  /** Inputs that the loss cannot do without, with the error. */
  missing?: Record<string, RegExp>;
  /** The gradient is meant to differ from the loss's slope, and is tested elsewhere. */
  stopsGradient?: boolean;
}

export function keepsContract(contract: Contract): void {
  const { name, inputs, loss, value, moving, missing = {} } = contract;
  const gradient = (input: string, of = inputs) => tf.grad(x => loss({ ...of, [input]: x }))(of[input]);

  test(`${name}: value, no leak`, () => {
    close(loss(inputs), value);
    leavesNothing(() => loss(inputs));
    for (const input of moving) leavesNothing(() => gradient(input));
  });

  test(`${name}: gradient`, () => {
    for (const input of moving) {
      const found = gradient(input);
      assert.ok(tf.sum(tf.abs(found)).dataSync()[0] > 0, `no gradient to ${input}`);
      if (!contract.stopsGradient)
        close(
          found,
          slopes(x => loss({ ...inputs, [input]: x }), inputs[input]),
          2e-3,
        );
    }
    for (const input of Object.keys(inputs).filter(input => !moving.includes(input) && !isIndex(input))) {
      // The second term has no slope; without it tfjs refuses what the loss does not depend on.
      const found = tf.grad(x => tf.add(loss({ ...inputs, [input]: x }), tf.mul(0, tf.sum(x))))(inputs[input]);
      close(found, Array(found.size).fill(0));
    }
  });

  if (inputs.mask_BT)
    test(`${name}: padding changes nothing`, () => {
      const before = loss(inputs).dataSync()[0];
      const more = Object.fromEntries(
        Object.entries(inputs).map(([x, t]) => [x, padded(x, t, contract.emptyRows ?? 1)]),
      );
      close(loss(more), before, 1e-6);
      for (const input of moving)
        close(gradient(input, more), [...padded(input, gradient(input), contract.emptyRows ?? 1, 0).dataSync()]);
    });

  for (const engine of ["native", "wasm", "cpu"] as const)
    test(`${name}: a step of the optimizer, ${engine}`, async t => {
      const gradients = moving.map(input => [...gradient(input).dataSync()]);
      const unavailable = await selectBackend(engine).then(
        () => undefined,
        error => (error as Error).message,
      );
      if (unavailable) return t.skip(unavailable);
      const variables = moving.map(input => tf.tidy(() => tf.variable(tf.clone(inputs[input]))));
      const optimizer = adamW(variables, { learningRate: 0 });
      // The inputs are made from the variables, as logits are by an LM: intermediate results that the backward pass
      // frees.
      const made = () => loss({ ...inputs, ...Object.fromEntries(moving.map((x, i) => [x, tf.mul(variables[i], 1)])) });
      try {
        const step = optimizer.minimize(made as () => tf.Scalar);
        assert.ok(step.applied);
        close(tf.scalar(step.loss), value, 1e-5);
        close(tf.scalar(step.gradientNorm), Math.hypot(...gradients.flat()), 1e-5);
        for (const [i, found] of gradientsOf(made as () => tf.Scalar, variables).gradients.entries())
          close(found!, gradients[i], 1e-5);
      } finally {
        optimizer.dispose();
        tf.dispose(variables);
        await selectBackend();
      }
    });

  for (const [input, error] of Object.entries(missing))
    test(`${name}: without ${input}`, () => {
      const { [input]: _, ...rest } = inputs;
      assert.throws(() => loss(rest), error);
    });
}

const isIndex = (input: string): boolean => /^(ids|label|mask)/.test(input);

/** One more column before and two after, and rows without a token, full of what must not count. */
function padded(name: string, x: tf.Tensor, rows: number, filler?: number): tf.Tensor {
  const axes = name.slice(name.lastIndexOf("_") + 1);
  const room = axes
    .split("")
    .map((axis): [number, number] => (axis === "T" ? [1, 2] : axis === "B" ? [0, rows] : [0, 0]));
  // Logits at padding are what an LM makes of it: finite.
  return tf.pad(x, room, filler ?? (isIndex(name) ? 0 : axes.endsWith("V") ? 9 : Number.NaN));
}

/** Central differences of a loss in each number of x, the error of second order taken off. */
function slopes(loss: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): number[] {
  const numbers = [...x.dataSync()];
  const at = (i: number, h: number) => {
    const moved = numbers.map((number, j) => (j === i ? number + h : number));
    return tf.tidy(() => loss(tf.tensor(moved, x.shape)).dataSync()[0]);
  };
  const slope = (i: number, h: number) => (at(i, h) - at(i, -h)) / (2 * h);
  return numbers.map((_, i) => (4 * slope(i, 0.02) - slope(i, 0.04)) / 3);
}
