// From a name to the parts of a model: what the loaders of all families share.

import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, integer, oneOf, signal, text } from "../core/options";
import type { HubOptions } from "../hub/hub";
import { resolveModel } from "../hub/resolve-model";
import type { Tokenizer } from "../text/tokenizer";
import type { Checkpoint } from "../weights/checkpoint";
import { tokenizerOf } from "../weights/checkpoint-tokenizer";
import { openCheckpoint } from "../weights/open-checkpoint";
import type { Weights } from "../weights/parameters";
import { loadParameters } from "../weights/parameters";

/** How the files of a family are read. */
export interface Architecture<C> {
  /** Reads a config.json, and from the checkpoint's tensors what it does not say. `where` names the model in errors. */
  readConfig(config: Record<string, unknown>, where: string, tensors?: Checkpoint["tensors"]): C;
  /** Shapes of all parameters by their published names. */
  shapes(config: C): Record<string, number[]>;
  /** The parameter that a tensor of a published file holds; undefined for buffers and copies. */
  parameterName(name: string, config: C): string | undefined;
}

/** Options of loading. The rest are for models on the hub: revision, attempts, signal and others of `fetchFromHub`. */
export interface LoadOptions extends Omit<HubOptions, "files" | "onProgress"> {
  /** Number format of the matrices; "bfloat16" takes half the memory, for what does not train. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** With "bfloat16": the matrices that stay in float32 because they will train, by their names. Default: none. */
  float32?: (name: string) => boolean;
  /** Called during a download from the hub, with bytes done and in total. */
  onDownload?: (done: number, total: number) => void;
  /** Called with tensors loaded and in total. */
  onProgress?: (done: number, total: number) => void;
}

const loadChecks: Checks<LoadOptions> = {
  precision: oneOf("float32", "bfloat16"),
  float32: callback,
  onDownload: callback,
  onProgress: callback,
  revision: text,
  kind: oneOf("model", "dataset"),
  signal,
  attempts: integer(1),
  fetch: callback,
};

/** The parts of a model. The caller owns the weights. */
export interface LoadedParts<C> {
  /** Where it was found: see `resolveModel`. */
  name: string;
  /** Its architecture, the `model_type` of its configuration. */
  type: string;
  config: C;
  weights: Weights;
  /** Made at the first call, because a model may be used without one. Errors: the checkpoint has none. */
  tokenizer: () => Tokenizer;
}

/**
 * Loads the parts of a model whose `model_type` is one of the architectures; `where` names the public loader in errors.
 *
 * Errors: an option that does not exist or is out of its range; those of `resolveModel` (no such model, no access, a
 * damaged file), `openCheckpoint` (a file that is not a checkpoint) and `loadParameters` (a parameter that is missing,
 * unknown or of another shape); an architecture that is not among them.
 */
export async function loadParts<C>(
  where: string,
  nameOrPath: string,
  architectures: Record<string, Architecture<C>>,
  options: LoadOptions,
): Promise<LoadedParts<C>> {
  checkOptions(where, options, loadChecks);
  const { precision, float32, onProgress, onDownload, ...hub } = options;
  const { path, origin } = await resolveModel(nameOrPath, { ...hub, onProgress: onDownload });
  const checkpoint = await openCheckpoint(path);
  try {
    const type = String(checkpoint.config.model_type);
    if (!Object.hasOwn(architectures, type))
      fail(
        origin,
        `its architecture is ${JSON.stringify(checkpoint.config.model_type)}`,
        `Use a model of architecture ${Object.keys(architectures).join(", ")}.`,
      );
    const { readConfig, shapes, parameterName } = architectures[type];
    const config = readConfig(checkpoint.config, origin, checkpoint.tensors);
    const rename = (name: string) => parameterName(name, config);
    const expected = shapes(config);
    const wide = float32 && Object.keys(expected).filter(float32);
    const weights = loadParameters(checkpoint, expected, { rename, precision, float32: wide, onProgress });
    return { name: origin, type, config, weights, tokenizer: tokenizerOf(checkpoint) };
  } finally {
    checkpoint.close();
  }
}
