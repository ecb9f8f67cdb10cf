// Encoder–decoder LMs, loaded from files or created untrained.

import { checkOptions } from "../../core/options";
import type { Tokenizer } from "../../text/tokenizer";
import type { Weights } from "../../weights/parameters";
import { type Architecture, type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { type CreateOptions, createChecks, randomWeights } from "../random-weights";
import { readSeq2SeqConfig, type Seq2SeqConfig, seq2seqName, seq2seqShapes } from "./config";
import { seq2seqDecoding } from "./decoding";
import type { Seq2SeqLm } from "./forward";

const t5: Architecture<Seq2SeqConfig> = {
  readConfig: readSeq2SeqConfig,
  shapes: seq2seqShapes,
  parameterName: seq2seqName,
};

/** Families of encoder–decoder LMs, by their `model_type`. */
export const seq2seqArchitectures = { t5 };

/**
 * Loads a T5, version 1.0 or 1.1: a model of the set-up, a folder, a .safetensors file, or an id on the hub. The caller
 * owns it (`dispose`).
 *
 *     const lm = await loadSeq2Seq("google-t5/t5-small");
 *
 * Errors: those of `resolveModel` (no such model, no access, a damaged file); an architecture that is not supported;
 * weights that do not fit the configuration; an option that does not exist or is out of its range.
 */
export async function loadSeq2Seq(nameOrPath: string, options: LoadOptions = {}): Promise<Seq2SeqLm> {
  const { name, config, weights, tokenizer } = await loadParts(
    "loadSeq2Seq",
    nameOrPath,
    seq2seqArchitectures,
    options,
  );
  return seq2seqLm(name, config, weights, tokenizer);
}

/** An LM from its parts. It owns the weights from now on. The tokenizer is made when it is first read. */
export function seq2seqLm(
  name: string,
  config: Seq2SeqConfig,
  weights: Weights,
  tokenizer: () => Tokenizer | undefined,
): Seq2SeqLm {
  const model: Seq2SeqLm = Object.assign(createModel(name, config, weights, tokenizer), {
    endTokens: config.endTokens,
    startToken: config.startToken,
    startDecoding: (...given: Parameters<Seq2SeqLm["startDecoding"]>) => seq2seqDecoding(model, ...given),
  });
  return model;
}

/**
 * An untrained T5, from `readSeq2SeqConfig`; see `randomWeights`. The caller owns it. Errors: an option that does not
 * exist or is out of its range.
 */
export function createSeq2Seq(config: Seq2SeqConfig, options: CreateOptions): Seq2SeqLm {
  checkOptions("createSeq2Seq", options, createChecks);
  const { rng, tokenizer } = options;
  return seq2seqLm("untrained T5", config, randomWeights(seq2seqShapes(config), rng), () => tokenizer);
}
