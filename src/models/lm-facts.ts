// An LM's kind, configuration and parameter shapes, without its weights.

import { fail } from "../core/errors";
import { resolveModel } from "../hub/resolve-model";
import type { Checkpoint } from "../weights/checkpoint";
import { openCheckpoint } from "../weights/open-checkpoint";
import type { CausalConfig } from "./causal/family";
import { causalArchitectures } from "./causal/load";
import type { LoadOptions } from "./loading";
import type { Seq2SeqConfig } from "./seq2seq/config";
import { seq2seqArchitectures } from "./seq2seq/load";

/** An LM's kind, configuration and parameter shapes. */
export type LmFacts = {
  /** Shapes of all parameters, by their published names. */
  shapes: Record<string, number[]>;
} & ({ kind: "decoder-only"; config: CausalConfig } | { kind: "encoder-decoder"; config: Seq2SeqConfig });

/**
 * The facts of a generative LM, from the content of its config.json; `where` names it in errors. Errors: an
 * architecture that is not supported; an entry that is missing or invalid.
 */
export function lmFacts(config: Record<string, unknown>, where: string, tensors?: Checkpoint["tensors"]): LmFacts {
  const type = String(config.model_type);
  if (Object.hasOwn(causalArchitectures, type)) {
    const { readConfig, shapes } = causalArchitectures[type];
    const read = readConfig(config, where, tensors);
    return { kind: "decoder-only", config: read, shapes: shapes(read) };
  }
  if (Object.hasOwn(seq2seqArchitectures, type)) {
    const { readConfig, shapes } = seq2seqArchitectures[type as keyof typeof seq2seqArchitectures];
    const read = readConfig(config, where, tensors);
    return { kind: "encoder-decoder", config: read, shapes: shapes(read) };
  }
  const known = Object.keys({ ...causalArchitectures, ...seq2seqArchitectures });
  return fail(where, `its architecture is ${JSON.stringify(config.model_type)}`, `Use one of ${known.join(", ")}.`);
}

/**
 * The facts of a model, by the names that `loadCausalLm` and `loadSeq2Seq` take. Errors: those of `resolveModel`,
 * `openCheckpoint` and `lmFacts`.
 */
export async function readLmFacts(nameOrPath: string, { onDownload, ...hub }: LoadOptions = {}): Promise<LmFacts> {
  const { path, origin } = await resolveModel(nameOrPath, { ...hub, onProgress: onDownload });
  const checkpoint = await openCheckpoint(path);
  try {
    return lmFacts(checkpoint.config, origin, checkpoint.tensors);
  } finally {
    checkpoint.close();
  }
}
