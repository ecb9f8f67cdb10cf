import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { checkOptions, finite, made } from "../core/options";

export const boundCheck = made("a bound, such as softplusBound()", "name", "apply");

/** Brings the unbounded outputs of the reward network into a range, element by element. */
export interface Bound {
  name: string;
  min?: number;
  max?: number;
  apply<T extends tf.Tensor>(x: T): T;
}

/**
 * Two softplus in a row (the paper's choice): x ← max − softplus(max − x), then x ← min + softplus(x − min).
 *
 * The second one lifts the upper end again: the range is (min, min + softplus(max − min)), with the defaults
 * (1e-8, 1.3133), and 0 becomes 0.5487.
 *
 * Errors: min or max that is not finite; min above max.
 */
export function softplusBound(options: { min?: number; max?: number } = {}): Bound {
  checkOptions("softplusBound", options, { min: finite, max: finite });
  const { min = 1e-8, max = 1 } = options;
  if (min > max) fail("softplusBound", `min is ${min}, max is ${max}`, "Give a min below the max.");
  return {
    name: "softplus",
    min,
    max,
    apply: <T extends tf.Tensor>(x: T) =>
      // The gradient by hand takes a third of the ops.
      tf.customGrad((x, save) => {
        const below = tf.sub(max, x as tf.Tensor);
        const above = tf.sub(max - min, tf.softplus(below));
        (save as tf.GradSaveFunc)([below, above]);
        return {
          value: tf.add(min, tf.softplus(above)),
          gradFunc: (dy, [below, above]) => tf.tidy(() => tf.mul(dy, tf.mul(tf.sigmoid(below), tf.sigmoid(above)))),
        };
      })(x) as T,
  };
}

/** 1 / (1 + e^−x), range (0, 1). */
export const sigmoidBound = (): Bound => ({ name: "sigmoid", apply: x => tf.sigmoid(x) });

/** Rewards as they come. */
export const noBound = (): Bound => ({ name: "none", apply: x => tf.clone(x) });
