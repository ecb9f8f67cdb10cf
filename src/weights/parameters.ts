// From a checkpoint to the weights of a model: everything that its family expects, and nothing else.

import * as tf from "@tensorflow/tfjs-core";
import { toBfloat16 } from "../backend/native-ops";
import { upload } from "../backend/upload";
import { fail } from "../core/errors";
import type { Checkpoint, StoredTensor } from "./checkpoint";

/**
 * Parameters by the names that Transformers gives them (`model.layers.0.self_attn.q_proj.weight`), in the published layout: a projection
 * is [out, in], GPT-2's are [in, out]. Entries that are `tf.Variable` train; matrices may be `toBfloat16` ones, which do not.
 */
export type Weights = Record<string, tf.Tensor>;

export interface ParameterOptions {
  /** The parameter that a tensor of the file is; undefined for a buffer to leave out. Default: its own name. */
  rename?: (name: string) => string | undefined;
  /** Precision of the matrices; "bfloat16" serves frozen models. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** Matrices that stay in float32 all the same: those that train. Default none. */
  float32?: readonly string[];
  /** Told of progress: tensors loaded, tensors in all. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads the parameters of these names and shapes, one at a time; the checkpoint stays open. The caller owns the tensors.
 *
 * Errors, all with nothing left allocated: parameters that are missing or misshapen, tensors that belong to no parameter, two tensors for
 * one parameter, values that are not finite.
 */
export function loadParameters(
  checkpoint: Checkpoint,
  shapes: Record<string, readonly number[]>,
  { rename = name => name, precision = "float32", float32 = [], onProgress }: ParameterOptions = {},
): Weights {
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

/** The tensor of the file that holds each parameter. */
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
    fail(where, `the model has no place for ${listed(unexpected, name => JSON.stringify(name).slice(0, 100))}`, remedy);
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
