// BERT and RoBERTa from files and from their parts.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import type { Tokenizer } from "../text/tokenizer";
import type { Weights } from "../weights/parameters";
import { type Architecture, type LoadOptions, loadParts } from "./loading";
import type { MaskedLm } from "./masked";
import { type MaskedConfig, maskedName, maskedShapes, readMaskedConfig } from "./masked-config";
import { disposeModel } from "./model";
import { randomWeights } from "./random-weights";

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
  return maskedLm(name, config, weights, tokenizer);
}

/** Puts a model together, which owns the weights from here on. The tokenizer is made when it is first asked for. */
export function maskedLm(name: string, config: MaskedConfig, weights: Weights, tokenizer: () => Tokenizer): MaskedLm {
  const model: MaskedLm = {
    name,
    config,
    weights,
    get tokenizer() {
      return tokenizer();
    },
    lowRank: {},
    dispose: () => disposeModel(model),
  };
  return model;
}

/** An untrained BERT or RoBERTa, for toys and tests; the caller owns it. See `randomWeights`. */
export function createMaskedLm(
  config: MaskedConfig,
  { rng, tokenizer }: { rng: Rng; tokenizer?: Tokenizer },
): MaskedLm {
  const name = `untrained ${config.family}`;
  const none = () => fail(name, "it has no tokenizer", "Give createMaskedLm one.");
  return maskedLm(name, config, randomWeights(maskedShapes(config), rng), () => tokenizer ?? none());
}
