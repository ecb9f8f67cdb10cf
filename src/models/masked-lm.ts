// BERT and RoBERTa from their parts.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import type { Tokenizer } from "../text/tokenizer";
import type { MaskedLm } from "./masked";
import { type MaskedConfig, maskedShapes } from "./masked-config";
import { disposeModel, type Weights } from "./model";
import { randomWeights } from "./random-weights";

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
