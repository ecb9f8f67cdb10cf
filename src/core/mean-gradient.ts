// Gradients of a large batch in the memory of a small one.

import * as tf from "@tensorflow/tfjs-core";
import { type Gradients, gradientsOf } from "./backward";
import { fail } from "./errors";
import { tidy } from "./tidy";

/**
 * Σ wᵢ·lossᵢ / Σ wᵢ and its gradient. The losses, such as those of micro-batches, are computed one after another; the
 * memory of one is freed before the next begins. Weights default to 1. If a loss is a mean over tokens, its weight
 * should be their number.
 *
 * Errors: no loss; a weight that is missing, negative or NaN; weights that sum to 0; losses that depend on no variable.
 */
export function meanGradient(
  losses: readonly (() => tf.Scalar)[],
  variables: readonly tf.Variable[],
  weights: readonly number[] = losses.map(() => 1),
): Gradients {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (losses.length === 0) fail("meanGradient", "there is no loss", "Give at least one.");
  if (weights.length !== losses.length || !weights.every(weight => weight >= 0) || !(total > 0 && total < Infinity))
    fail("meanGradient", `the weights of ${losses.length} losses are ${weights}`, "Give each a number of 0 or more.");
  return tidy(() => {
    const shares = weights.map(weight => weight / total);
    const sum = oneGradient(losses[0], variables, shares[0]);
    for (let i = 1; i < losses.length; i++) {
      const next = oneGradient(losses[i], variables, shares[i]);
      sum.loss = added(sum.loss, next.loss);
      for (const v of variables.keys()) sum.gradients[v] = added(sum.gradients[v], next.gradients[v]);
    }
    return sum;
  });
}

const oneGradient = (loss: () => tf.Scalar, variables: readonly tf.Variable[], share: number): Gradients =>
  gradientsOf(share === 1 ? loss : () => tf.mul(loss(), share) as tf.Scalar, variables);

/** x + y; frees both, so that no third set of gradients is ever allocated. */
function added<T extends tf.Tensor | undefined>(x: T, y: T): T {
  if (!x || !y) return x ?? y;
  const sum = tf.add(x, y) as T;
  tf.dispose([x, y]);
  return sum;
}
