// Encoder–decoder LMs from files and from their parts.

import type { Rng } from "../../core/random";
import type { Tokenizer } from "../../text/tokenizer";
import type { Weights } from "../../weights/parameters";
import { type Architecture, type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { randomWeights } from "../random-weights";
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
 * Loads a T5: a name of `data/sources.json`, a folder, a .safetensors file, or a hub id. The caller owns it (`dispose`).
 *
 *     const lm = await loadSeq2Seq("google-t5/t5-small");
 *
 * Errors: all of `loadParts`.
 */
export async function loadSeq2Seq(nameOrPath: string, options: LoadOptions = {}): Promise<Seq2SeqLm> {
  const { name, config, weights, tokenizer } = await loadParts(nameOrPath, seq2seqArchitectures, options);
  return seq2seqLm(name, config, weights, tokenizer);
}

/** Puts a model together, which owns the weights from here on. The tokenizer is made when it is first asked for. */
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

/** An untrained T5, for toys and tests; the caller owns it. See `randomWeights`. */
export function createSeq2Seq(
  config: Seq2SeqConfig,
  { rng, tokenizer }: { rng: Rng; tokenizer?: Tokenizer },
): Seq2SeqLm {
  return seq2seqLm("untrained T5", config, randomWeights(seq2seqShapes(config), rng), () => tokenizer);
}
