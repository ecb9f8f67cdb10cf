// The record that every model is: parameters by their published names, and what is needed to run them. Families are
// plain functions over it.

import * as tf from "@tensorflow/tfjs-core";
import { bfloat16Rows, dense, isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import type { Tokenizer } from "../text/tokenizer";
import type { Weights } from "../weights/parameters";

/**
 * A low-rank update scale · x·downᵀ·upᵀ beside a frozen projection, of rank R. Source: Hu et al. 2021,
 * arXiv:2106.09685.
 */
export interface LowRank {
  /** [R, in]. */
  down: tf.Variable;
  /** [out, R], zero before training. */
  up: tf.Variable;
  /** α / R. */
  scale: number;
}

/** A model. Its caller owns it; `dispose` frees weights and low-rank updates. */
export interface Model<Config = object> {
  /** For messages and logs. */
  name: string;
  /** Sizes and choices of its architecture. */
  config: Config;
  /** Parameters by their published names: variables train, plain tensors are frozen. */
  weights: Weights;
  /** Throws when first read if the model has none. */
  tokenizer: Tokenizer;
  /** Whether projections are stored as [in, out], as GPT-2's are, instead of [out, in]. */
  inputsFirst?: boolean;
  /** Low-rank updates by the names of the weights that they add to: see `addLowRank`. */
  lowRank: Record<string, LowRank>;
  /** Frees weights and low-rank updates. */
  dispose(): void;
}

/**
 * The record of a model. It owns the weights from now on, and the low-rank updates that are added to it. The tokenizer
 * is made when it is first read, which throws if there is none.
 */
export function createModel<C>(
  name: string,
  config: C,
  weights: Weights,
  tokenizer: () => Tokenizer | undefined,
): Model<C> {
  const lowRank: Model["lowRank"] = {};
  return {
    name,
    config,
    weights,
    get tokenizer() {
      return tokenizer() ?? fail(name, "it has no tokenizer", "Give one where the model is created.");
    },
    lowRank,
    dispose: () =>
      tf.dispose([...Object.values(weights), ...Object.values(lowRank).flatMap(({ down, up }) => [down, up])]),
  };
}

/** Rows of the parameter `name`, such as the embeddings of n tokens: [n, D]. Gradients go to it if it is a variable. */
export function rowsOf(
  { weights }: Pick<Model, "weights">,
  name: string,
  ids: readonly number[] | tf.Tensor1D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const table_VD = weights[name] as tf.Tensor2D;
    const indices = ids instanceof tf.Tensor ? ids : tf.tensor1d([...ids], "int32");
    return isBfloat16(table_VD) ? bfloat16Rows(table_VD, indices) : (lookUp(table_VD, indices) as tf.Tensor2D);
  });
}

/**
 * The projection `name`: x·Wᵀ + b, [N, in] → [N, out], with its bias and low-rank update where there are any. Gradients
 * go to x and to those parameters that are variables.
 */
export function project({ weights, lowRank, inputsFirst }: Model, name: string, x_ND: tf.Tensor2D): tf.Tensor2D {
  const weight = weights[`${name}.weight`] as tf.Tensor2D;
  const bias = weights[`${name}.bias`] as tf.Tensor1D | undefined;
  const update = lowRank[`${name}.weight`];
  return tf.tidy(() => {
    let y_NE = dense(x_ND, weight, inputsFirst);
    if (bias) y_NE = tf.add(y_NE, bias);
    if (!update) return y_NE;
    const narrow_NR = dense(x_ND, update.down as tf.Tensor as tf.Tensor2D);
    return tf.add(y_NE, tf.mul(dense(narrow_NR, update.up as tf.Tensor as tf.Tensor2D), update.scale));
  });
}
