// From a checkpoint to the weights of a model: exactly the parameters that its family expects.

import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../backend/native-ops";
import { upload } from "../backend/upload";
import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, listOf, oneOf, text } from "../core/options";
import type { Checkpoint, StoredTensor } from "./checkpoint";

/**
 * Parameters by their names in Transformers (`model.layers.0.self_attn.q_proj.weight`), in the published layout:
 * projections are [out, in], GPT-2's are [in, out]. A `tf.Variable` can be trained; a matrix may be the result of
 * `toBfloat16`, which cannot.
 */
export type Weights = Record<string, tf.Tensor>;

/** How parameters are loaded. */
export interface ParameterOptions {
  /** The parameter for a tensor of the file; undefined for a buffer, which is skipped. Default: the tensor's name. */
  rename?: (name: string) => string | undefined;
  /** Precision of matrices; "bfloat16" is for frozen models. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** Matrices that stay in float32, because they are trained. Default: none. */
  float32?: readonly string[];
  /** Called with the number of loaded tensors and of all tensors. */
  onProgress?: (done: number, total: number) => void;
}

const parameterChecks: Checks<ParameterOptions> = {
  rename: callback,
  precision: oneOf("float32", "bfloat16"),
  float32: listOf(text),
  onProgress: callback,
};

/**
 * Reads the parameters with these names and shapes, one at a time. The checkpoint stays open, and the caller owns the
 * tensors.
 *
 * Errors, after which no tensors are left: parameters that are missing or have another shape; tensors that belong to no
 * parameter; two tensors for one parameter; values that are not finite.
 */
export function loadParameters(
  checkpoint: Checkpoint,
  shapes: Record<string, readonly number[]>,
  options: ParameterOptions = {},
): Weights {
  checkOptions("loadParameters", options, parameterChecks);
  const { rename = name => name, precision = "float32", float32 = [], onProgress } = options;
  const stored = matched(checkpoint, shapes, rename);
  const weights: Weights = {};
  try {
    for (const [name, shape] of Object.entries(shapes)) {
      const make = () => upload(tf.tensor(stored.get(name)!.read(), [...shape], "float32"));
      const narrow = precision === "bfloat16" && shape.length === 2 && !float32.includes(name);
      weights[name] = narrow ? tf.tidy(() => toBfloat16(make())) : make();
      onProgress?.(Object.keys(weights).length, stored.size);
    }
    return weights;
  } catch (error) {
    tf.dispose(weights);
    throw error;
  }
}

/** The tensor of the file for each parameter. */
function matched(
  { where, tensors }: Checkpoint,
  shapes: Record<string, readonly number[]>,
  rename: (name: string) => string | undefined,
): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  const unexpected: string[] = [];
  for (const tensor of tensors.values()) {
    const name = rename(tensor.name);
    if (name === undefined) continue;
    const twin = stored.get(name);
    if (twin)
      fail(
        where,
        `the tensors ${JSON.stringify(twin.name)} and ${JSON.stringify(tensor.name)} are both ${name}`,
        "Remove one of them.",
      );
    if (Object.hasOwn(shapes, name)) stored.set(name, tensor);
    else unexpected.push(tensor.name);
  }
  const names = Object.keys(shapes);
  const missing = names.filter(name => !stored.has(name));
  const remedy = "Use weights that belong to this configuration.";
  if (missing.length > 0) fail(where, `it lacks ${listed(missing, name => `${name} [${shapes[name]}]`)}`, remedy);
  if (unexpected.length > 0)
    fail(where, `the model does not have ${listed(unexpected, name => JSON.stringify(name).slice(0, 100))}`, remedy);
  const misshapen = names.filter(name => `${stored.get(name)!.shape}` !== `${shapes[name]}`);
  if (misshapen.length > 0) {
    const found = listed(misshapen, name => `${name} is [${stored.get(name)!.shape}], not [${shapes[name]}]`);
    fail(where, found, remedy);
  }
  return stored;
}

const shown = 5;

/** "a, b and 3 more". */
function listed(names: string[], text: (name: string) => string): string {
  const rest = names.length - shown;
  return names.slice(0, shown).map(text).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
