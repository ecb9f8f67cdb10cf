// Comparisons that the checks of all model families share.

import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../../src/backend/token-nll";
import { read, tidy } from "../../src/core/tidy";
import type { GenerativeModel } from "../../src/models/decoding";
import type { Model } from "../../src/models/model";
import { trainable } from "../../src/models/trainable";
import { compare, type Outcome } from "./checker";

/** Rows of numbers, null instead of a row at padding. */
export function compareRows(outcome: Outcome, where: string, actual: tf.Tensor, expected: unknown): void {
  const [found, width] = [actual.dataSync(), actual.shape[actual.rank - 1]];
  const wanted = rowsOf(expected);
  if (wanted.length * width !== found.length) {
    outcome.misses.push(`${where}: ${found.length / width} rows, expected ${wanted.length}`);
    return;
  }
  const defined = [...wanted.keys()].filter(row => wanted[row] !== null);
  compare(
    outcome,
    where,
    defined.flatMap(row => [...found.slice(row * width, (row + 1) * width)]),
    defined.map(row => wanted[row]),
  );
}

const rowsOf = (nested: unknown): unknown[] =>
  Array.isArray(nested) && nested.some(item => item === null || Array.isArray(item))
    ? nested.flatMap(item => (item === null ? [null] : rowsOf(item)))
    : [nested];

/** Mean negative log-likelihood of the labels, [B][T], except those of −100; logits are for the same positions. */
export function labelLoss(logits_BTV: tf.Tensor3D, labels: readonly (readonly number[])[]): tf.Scalar {
  return tf.tidy(() => {
    const labels_BT = tf.tensor2d(labels.flat(), [labels.length, labels[0].length], "int32");
    const counted = tf.cast(tf.greaterEqual(labels_BT, 0), "float32");
    const nll = tokenNll(logits_BTV, tf.maximum(labels_BT, 0) as tf.Tensor2D);
    return tf.div(tf.sum(tf.mul(nll, counted)), tf.sum(counted));
  });
}

/**
 * A loss and its gradients with respect to every parameter: all norms, and some tensors in full or their first rows.
 */
export function checkTraining(
  outcome: Outcome,
  model: Model,
  { loss: wanted, grads }: any,
  loss: () => tf.Scalar,
): void {
  const variables = trainable(model, /./);
  tf.tidy(() => {
    const { value, grads: found } = tf.variableGrads(loss, variables);
    compare(outcome, "loss", value, wanted);
    const gradients = new Map(
      Object.entries(model.weights).map(([name, variable]) => [name, found[(variable as tf.Variable).name]]),
    );
    const same = (what: string, expected: Record<string, unknown>, part: (x: tf.Tensor, wanted: any) => tf.Tensor) => {
      for (const [name, numbers] of Object.entries(expected)) {
        const gradient = gradients.get(name);
        if (gradient) compare(outcome, `${what} of the gradient of ${name}`, part(gradient, numbers), numbers);
        else outcome.misses.push(`there is no parameter ${name}`);
      }
    };
    same("norm", grads.norms, x => tf.norm(x));
    same("all", grads.full, x => x);
    same("first rows", grads.first_rows, (x, rows) => tf.slice(x, 0, rows.length));
    for (const name of gradients.keys())
      if (!Object.hasOwn(grads.norms, name)) outcome.misses.push(`the fixture has no parameter ${name}`);
  });
  outcome.cases++;
}

/** Greedy continuations of the inputs and, where the fixture has them, the logits of the last step. */
export function checkGreedy(
  outcome: Outcome,
  where: string,
  model: GenerativeModel,
  inputs: number[][],
  added: number[][],
  lastLogits?: unknown,
): void {
  const tokens = added[0].length;
  const decoding = model.startDecoding(inputs, { tokens });
  const found: number[][] = inputs.map(() => []);
  for (let t = 0; t < tokens; t++) {
    if (t > 0) decoding.next(found.map(row => row[t - 1]));
    const best = read(() => tf.argMax(decoding.logits_BV, 1));
    for (const [row, ids] of found.entries()) ids.push(best[row]);
  }
  compare(outcome, `${where} tokens`, found.flat(), added, 0);
  if (lastLogits) compare(outcome, `${where} last logits`, decoding.logits_BV, lastLogits);
  decoding.dispose();
  outcome.cases++;
}

/** The rows of a batch without their padding. */
export const unpadded = (ids: number[][], mask?: number[][]): number[][] =>
  ids.map((row, b) => row.filter((_, t) => mask?.[b][t] !== 0));

/** Runs a part of a check, disposes its tensors, and counts it. */
export function asCase(outcome: Outcome, check: () => void): void {
  tidy(check);
  outcome.cases++;
}
