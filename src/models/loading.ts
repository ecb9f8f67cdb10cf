// From a name to the parts of a model: what every family's loader does.

import { fail } from "../core/errors";
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
  /** Reads a config.json; the tensors tell what it cannot say. */
  readConfig(config: Record<string, unknown>, where: string, tensors?: Checkpoint["tensors"]): C;
  /** Shapes of all parameters by their published names. */
  shapes(config: C): Record<string, number[]>;
  /** The parameter that a tensor of a published file is; nothing for buffers and copies. */
  parameterName(name: string, config: C): string | undefined;
}

export interface LoadOptions extends Omit<HubOptions, "files" | "onProgress"> {
  /** Precision of the matrices; "bfloat16" is half the memory and serves frozen models. Default "float32". */
  precision?: "float32" | "bfloat16";
  /** Matrices that stay in float32 all the same, by their names: those that will train. Default none. */
  float32?: (name: string) => boolean;
  /** Told of a download from the hub: bytes that are there, bytes in all. */
  onDownload?: (done: number, total: number) => void;
  /** Told of progress: tensors loaded, tensors in all. */
  onProgress?: (done: number, total: number) => void;
}

export interface LoadedParts<C> {
  name: string;
  /** Which of the architectures it is, the `model_type` of its configuration. */
  type: string;
  config: C;
  weights: Weights;
  /** Made when it is first asked for: a model may be used without one. */
  tokenizer: () => Tokenizer;
}

/**
 * Loads the parts of a model whose `model_type` is one of the architectures. The caller owns the weights.
 *
 * Errors: all of `resolveModel`, `openCheckpoint` and `loadParameters`; another architecture; later, when it is asked for, no tokenizer.
 */
export async function loadParts<C>(
  nameOrPath: string,
  architectures: Record<string, Architecture<C>>,
  { precision, float32, onProgress, onDownload, ...hub }: LoadOptions,
): Promise<LoadedParts<C>> {
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
