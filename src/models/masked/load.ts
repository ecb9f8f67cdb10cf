// BERT and RoBERTa, loaded from files or created untrained.

import { checkOptions } from "../../core/options";
import { type Architecture, type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { type CreateOptions, createChecks, randomWeights } from "../random-weights";
import { type MaskedConfig, maskedName, maskedShapes, readMaskedConfig } from "./config";
import type { MaskedLm } from "./forward";

const architecture: Architecture<MaskedConfig> = {
  readConfig: readMaskedConfig,
  shapes: maskedShapes,
  parameterName: maskedName,
};
const architectures = { bert: architecture, roberta: architecture, "xlm-roberta": architecture };

/**
 * Loads a BERT, RoBERTa or XLM-RoBERTa, with its masked-LM head where the checkpoint has one: a model of the set-up
 * ("minilm-l6"), a folder, a .safetensors file, or an id on the hub. The caller owns it (`dispose`).
 *
 *     const lm = await loadMaskedLm("FacebookAI/roberta-large");
 *
 * Errors: those of `resolveModel` (no such model, no access, a damaged file); an architecture that is not supported;
 * weights that do not fit the configuration; an option that does not exist or is out of its range.
 */
export async function loadMaskedLm(nameOrPath: string, options: LoadOptions = {}): Promise<MaskedLm> {
  const { name, config, weights, tokenizer } = await loadParts("loadMaskedLm", nameOrPath, architectures, options);
  return createModel(name, config, weights, tokenizer);
}

/**
 * An untrained BERT or RoBERTa, from `readMaskedConfig`; see `randomWeights`. The caller owns it. Errors: an option
 * that does not exist or is out of its range.
 */
export function createMaskedLm(config: MaskedConfig, options: CreateOptions): MaskedLm {
  checkOptions("createMaskedLm", options, createChecks);
  const { rng, tokenizer } = options;
  return createModel(`untrained ${config.family}`, config, randomWeights(maskedShapes(config), rng), () => tokenizer);
}
