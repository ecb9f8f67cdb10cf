// BERT and RoBERTa from files and from their parts.

import type { Rng } from "../../core/random";
import type { Tokenizer } from "../../text/tokenizer";
import { type Architecture, type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { randomWeights } from "../random-weights";
import { type MaskedConfig, maskedName, maskedShapes, readMaskedConfig } from "./config";
import type { MaskedLm } from "./forward";

const architecture: Architecture<MaskedConfig> = {
  readConfig: readMaskedConfig,
  shapes: maskedShapes,
  parameterName: maskedName,
};
const architectures = { bert: architecture, roberta: architecture, "xlm-roberta": architecture };

/**
 * Loads a BERT or RoBERTa, with its masked-LM head where the checkpoint has one: a name of `data/sources.json`, a folder, a .safetensors file, or a
 * hub id. The caller owns it (`dispose`).
 *
 *     const lm = await loadMaskedLm("FacebookAI/roberta-large");
 *
 * Errors: all of `loadParts`.
 */
export async function loadMaskedLm(nameOrPath: string, options: LoadOptions = {}): Promise<MaskedLm> {
  const { name, config, weights, tokenizer } = await loadParts(nameOrPath, architectures, options);
  return createModel(name, config, weights, tokenizer);
}

/** An untrained BERT or RoBERTa, for toys and tests; the caller owns it. See `randomWeights`. */
export function createMaskedLm(
  config: MaskedConfig,
  { rng, tokenizer }: { rng: Rng; tokenizer?: Tokenizer },
): MaskedLm {
  return createModel(`untrained ${config.family}`, config, randomWeights(maskedShapes(config), rng), () => tokenizer);
}
