// What every model is: parameters by their published names, and the facts needed to run them. Families are plain functions over it.

import * as tf from "@tensorflow/tfjs-core";
import { bfloat16Rows, dense, isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { lookUp } from "../core/gradients";
import type { Tokenizer } from "../text/tokenizer";
import type { Weights } from "../weights/parameters";

/** A low-rank update x·downᵀ·upᵀ·scale beside a frozen projection. Source: Hu et al. 2021, arXiv:2106.09685. */
export interface LowRank {
  /** [R, in]. */
  down: tf.Variable;
  /** [out, R], zero at the start. */
  up: tf.Variable;
  /** α / R. */
  scale: number;
}

export interface Model<Config = object> {
  /** For messages and logs. */
  name: string;
  config: Config;
  weights: Weights;
  tokenizer: Tokenizer;
  /** Whether projections are [in, out] in the weights: GPT-2's are. */
  inputsFirst?: boolean;
  /** By the name of the weight that they add to. Empty unless `addLowRank` was called. */
  lowRank: Record<string, LowRank>;
  dispose(): void;
}

/**
 * The record of a model, which owns the weights from here on, and low-rank updates that are added. The tokenizer is made when it is
 * first asked for.
 *
 * Errors, then: there is none.
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
      return tokenizer() ?? fail(name, "it has no tokenizer", "Give one where the model is made.");
    },
    lowRank,
    dispose: () =>
      tf.dispose([...Object.values(weights), ...Object.values(lowRank).flatMap(({ down, up }) => [down, up])]),
  };
}

/** Rows of the parameter that is called `name`, such as tokens' embeddings: [n, D]. Gradients go to it if it is a variable. */
export function rowsOf(
  { weights }: Pick<Model, "weights">,
  name: string,
  ids: readonly number[] | tf.Tensor1D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const table_VD = weights[name] as tf.Tensor2D;
    const places = ids instanceof tf.Tensor ? ids : tf.tensor1d([...ids], "int32");
    return isBfloat16(table_VD) ? bfloat16Rows(table_VD, places) : (lookUp(table_VD, places) as tf.Tensor2D);
  });
}

/**
 * The projection that is called `name` in the weights: x·Wᵀ + b, [N, in] → [N, out], with its low-rank update where there is one. The bias is
 * optional. Gradients go to x and to whichever of the parameters are variables.
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
