// A decoder-only LM from its parts.

import * as tf from "@tensorflow/tfjs-core";
import type { Tokenizer } from "../text/tokenizer";
import type { CausalConfig, CausalFamily, CausalLm } from "./causal";
import { causalDecoding } from "./causal-decoding";
import type { Weights } from "./model";

export interface CausalParts {
  name: string;
  config: CausalConfig;
  family: CausalFamily;
  /** The model owns them from here on. */
  weights: Weights;
  tokenizer: Tokenizer;
  inputsFirst?: boolean;
}

/** Puts a model together. */
export function causalLm(parts: CausalParts): CausalLm {
  const model: CausalLm = {
    ...parts,
    lowRank: {},
    endTokens: parts.config.endTokens,
    decode: (inputs, options) => causalDecoding(model, inputs, options),
    dispose() {
      tf.dispose([
        ...Object.values(model.weights),
        ...Object.values(model.lowRank).flatMap(({ down, up }) => [down, up]),
      ]);
    },
  };
  return model;
}
