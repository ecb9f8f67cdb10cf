// Which parameters of a model train: variables do, plain tensors are frozen.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import type { Model } from "./model";

/** Parameters by their published names: those that the pattern is found in, or that the function holds for. */
export type Which = RegExp | ((name: string) => boolean);

/**
 * Makes these parameters trainable and returns their variables, in the order of the weights; tied ones count once. The
 * variables take the place of the tensors in `model.weights` and hold the same memory, no copy of it.
 *
 * Errors: no parameter of that name; one in bfloat16. The model is then as it was.
 */
export function trainable(model: Pick<Model, "name" | "weights">, which: Which): tf.Variable[] {
  const names = matching(model, which);
  const half = names.find(name => isBfloat16(model.weights[name]));
  if (half)
    fail(
      model.name,
      `${half} is a bfloat16 matrix, which cannot train`,
      "Load the model in float32, or add a low-rank update.",
    );
  return [...new Set(names.map(name => variableAt(model, name)))];
}

function variableAt({ weights }: Pick<Model, "weights">, name: string): tf.Variable {
  const before = weights[name];
  if (before instanceof tf.Variable) return before;
  // tfjs wants the names of variables to differ, and two models may have the same ones.
  const variable = tf.variable(before, true, name in tf.engine().registeredVariables ? undefined : name);
  replace(weights, before, variable);
  return variable;
}

/**
 * Makes these parameters plain tensors again, with the values that they have. Their variables are disposed: an optimizer that
 * was made for them is of no more use. Errors: no parameter of that name.
 */
export function freeze(model: Pick<Model, "name" | "weights">, which: Which): void {
  for (const name of matching(model, which)) {
    const before = model.weights[name];
    if (before instanceof tf.Variable) replace(model.weights, before, tf.keep(tf.clone(before)));
  }
}

/** Puts one tensor in the place of another under every name that it has. */
function replace(weights: Model["weights"], before: tf.Tensor, after: tf.Tensor): void {
  for (const name of Object.keys(weights)) if (weights[name] === before) weights[name] = after;
  before.dispose();
}

/** The names of a model's weights that match. Errors: none does. */
export function matching({ name: model, weights }: Pick<Model, "name" | "weights">, which: Which): string[] {
  const names = Object.keys(weights);
  const found = names.filter(typeof which === "function" ? which : name => name.search(which) >= 0);
  if (found.length > 0) return found;
  const kinds = new Set(names.map(name => name.replace(/(?<=\.)\d+(?=\.)/g, "N")));
  return fail(model, `no parameter matches ${which}`, `It has ${[...kinds].join(", ")}.`);
}

/** The names of the parameters that train, or have an update that does. */
export const trainingNames = ({ weights, lowRank }: Pick<Model, "weights" | "lowRank">): string[] => [
  ...Object.keys(weights).filter(name => weights[name] instanceof tf.Variable),
  ...Object.keys(lowRank).filter(name => (lowRank[name].up as tf.Tensor) instanceof tf.Variable),
];
