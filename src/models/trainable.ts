// Which parameters of a model train: those that are variables. Plain tensors are frozen.

import * as tf from "@tensorflow/tfjs-core";
import { isBfloat16 } from "../backend/native-ops";
import { fail } from "../core/errors";
import { callback, either, made } from "../core/options";
import type { Model } from "./model";

/** Parameters by their published names: those that the pattern is found in, or for which the function returns true. */
export type Which = RegExp | ((name: string) => boolean);

export const whichCheck = either(made("a regular expression", "source", "flags"), callback);

/**
 * Makes parameters trainable and returns their variables, in the order of the weights; tied ones count once. The
 * variables replace the tensors in `model.weights` and share their memory.
 *
 *     const variables = trainable(lm, /layers\.(2[0-9])\.|model\.norm/);
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
      "Load the model in float32, or that part of it by the option `float32`, or add a low-rank update.",
    );
  return [...new Set(names.map(name => variableAt(model, name)))];
}

function variableAt({ weights }: Pick<Model, "weights">, name: string): tf.Variable {
  const before = weights[name];
  if (before instanceof tf.Variable) return before;
  // tfjs demands that names of variables differ, and two models may use the same ones.
  const variable = tf.variable(before, true, name in tf.engine().registeredVariables ? undefined : name);
  replace(weights, before, variable);
  return variable;
}

/**
 * Turns parameters back into plain tensors with their current values, which then no longer train. Their variables are
 * disposed, so an optimizer made for them cannot be used any more. Errors: no parameter of that name.
 */
export function freeze(model: Pick<Model, "name" | "weights">, which: Which): void {
  for (const name of matching(model, which)) {
    const before = model.weights[name];
    if (before instanceof tf.Variable) replace(model.weights, before, tf.keep(tf.clone(before)));
  }
}

/** Replaces a tensor under every name that it has, and disposes it. */
function replace(weights: Model["weights"], before: tf.Tensor, after: tf.Tensor): void {
  for (const name of Object.keys(weights)) if (weights[name] === before) weights[name] = after;
  before.dispose();
}

/** The names of a model's weights that match. Errors: no name matches. */
export function matching({ name: model, weights }: Pick<Model, "name" | "weights">, which: Which): string[] {
  const names = Object.keys(weights);
  const found = names.filter(typeof which === "function" ? which : name => name.search(which) >= 0);
  if (found.length > 0) return found;
  const kinds = new Set(names.map(name => name.replace(/(?<=\.)\d+(?=\.)/g, "N")));
  return fail(model, `no parameter matches ${which}`, `It has ${[...kinds].join(", ")}.`);
}

/** The names of the parameters that train, or have a low-rank update that does. */
export const trainingNames = ({ weights, lowRank }: Pick<Model, "weights" | "lowRank">): string[] => [
  ...Object.keys(weights).filter(name => weights[name] instanceof tf.Variable),
  ...Object.keys(lowRank).filter(name => (lowRank[name].up as tf.Tensor) instanceof tf.Variable),
];

/**
 * Names the parameters of layers `fromLayer` and up, counted from 0, and of the final norm; of an encoder–decoder LM,
 * the decoder's. For `trainable`, and for the option `float32` where the rest of an LM is loaded in bfloat16.
 */
export const upperLayers =
  (fromLayer: number): ((name: string) => boolean) =>
  name => {
    if (name.startsWith("encoder.")) return false;
    const layer = /(?:layers|h|block)\.(\d+)\./.exec(name)?.[1];
    return layer === undefined ? finalNorm.test(name) : Number(layer) >= fromLayer;
  };

const finalNorm = /^(model\.norm|(transformer\.)?ln_f|decoder\.final_layer_norm)\./;
