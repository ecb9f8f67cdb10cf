import "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { gradientsOf } from "../../src/core/backward";
import { close } from "../close";

const x = tf.variable(tf.tensor2d([1, -2, 0.5, 3], [2, 2]));
const y = tf.variable(tf.tensor1d([0.3, -1]));
const idle = tf.variable(tf.scalar(1));
const sum = (z: tf.Tensor) => tf.sum(z) as tf.Scalar;

/** Hands its gradient on as it is, the same tensor for both inputs. */
const sumOfBoth = tf.customGrad((a, b) => ({
  value: tf.add(a as tf.Tensor, b as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => [dy, dy],
})) as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const losses: Record<string, () => tf.Scalar> = {
  "one variable": () => sum(tf.square(x)),
  "one use after another": () => sum(tf.mul(tf.add(tf.mul(x, x), x), y)),
  "an output that leads nowhere": () => {
    const [first] = tf.split(tf.tanh(x), 2, 1);
    tf.exp(tf.add(first, 1));
    return sum(tf.mul(tf.squeeze(first, [1]), y));
  },
  "parts that depend on no variable": () => {
    const fixed = tf.exp(tf.tensor2d([[1, 2]]));
    return sum(tf.mul(tf.matMul(fixed as tf.Tensor2D, x as tf.Tensor as tf.Tensor2D), tf.sigmoid(fixed)));
  },
  "a gradient handed on": () => sum(tf.square(sumOfBoth(sumOfBoth(y, y), tf.mul(y, y)))),
  "inner tidies": () =>
    tf.tidy(() => sum(tf.tidy(() => tf.softmax(tf.tidy(() => tf.mul(x, y)))).mul(tf.tensor2d([[1, 2]])))),
};

for (const [name, loss] of Object.entries(losses))
  test(`${name}: tfjs's own gradients, and no tensor besides`, () => {
    const variables = [x, y, idle];
    const { value, grads } = tf.variableGrads(loss, variables);
    const start = tf.memory().numTensors;
    const found = gradientsOf(loss, variables);
    assert.equal(tf.memory().numTensors, start + 1 + found.gradients.filter(gradient => gradient).length);
    close(found.loss, [...value.dataSync()], 1e-7);
    for (const [i, variable] of variables.entries()) {
      assert.equal(found.gradients[i] === undefined, grads[variable.name] === undefined);
      if (found.gradients[i]) close(found.gradients[i], [...grads[variable.name].dataSync()], 1e-6);
    }
  });

test("activations and their gradients go on the way back", () => {
  const held: number[] = [];
  const layer = tf.customGrad((z, save) => {
    (save as tf.GradSaveFunc)([z as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [z]: tf.Tensor[]) => {
      held.push(tf.memory().numTensors);
      return tf.mul(dy, tf.mul(z, 2));
    };
    return { value: tf.square(z as tf.Tensor), gradFunc };
  });
  tf.tidy(() => {
    gradientsOf(() => {
      let z: tf.Tensor = tf.mul(y, 1);
      for (let i = 0; i < 6; i++) z = layer(z);
      return sum(z);
    }, [y]);
  });
  assert.deepEqual(
    held.map(count => held[0] - count),
    [0, 1, 2, 3, 4, 5],
  );
});

test("errors are named and leave no tensor", () => {
  const failing: [RegExp, () => tf.Scalar][] = [
    [/the loss has shape \[2\]/, () => tf.square(y) as tf.Tensor as tf.Scalar],
    [/depends on none of the variables/, () => sum(tf.square(tf.tensor1d([1, 2])))],
    [/no gradient for NotEqual|no gradient for Floor/, () => sum(tf.cast(tf.notEqual(tf.square(y), 1), "float32"))],
    [
      /thrown inside/,
      () => {
        tf.square(tf.exp(y));
        throw new Error("thrown inside");
      },
    ],
    [
      /gradient of \[2\] for an input of \[2,1\]/,
      () => {
        const flat = tf.customGrad(z => ({
          value: tf.squeeze(z as tf.Tensor),
          gradFunc: (dy: tf.Tensor) => tf.mul(dy, 2),
        }));
        return sum(flat(tf.expandDims(y, 1)));
      },
    ],
    [/another gradient/, () => gradientsOf(() => sum(y), [y]).loss],
  ];
  for (const [message, loss] of failing) {
    const start = tf.memory().numTensors;
    assert.throws(() => gradientsOf(loss, [y]), message);
    assert.equal(tf.memory().numTensors, start, `${message}`);
  }
  const { gradients } = gradientsOf(() => sum(tf.mul(y, 2)), [y]);
  close(gradients[0]!, [2, 2]);
});
