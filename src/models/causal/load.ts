// Decoder-only LMs from files and from their parts.

import { fail } from "../../core/errors";
import type { Rng } from "../../core/random";
import type { Tokenizer } from "../../text/tokenizer";
import type { Weights } from "../../weights/parameters";
import { type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { randomWeights } from "../random-weights";
import { causalDecoding } from "./decoding";
import type { CausalArchitecture, CausalConfig, CausalFamily } from "./family";
import type { CausalLm } from "./forward";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";

/** Families of decoder-only LMs, by their `model_type`. */
export const causalArchitectures: Record<string, CausalArchitecture<any>> = { gpt2, llama };

/**
 * Loads a decoder-only LM: a name of `data/sources.json`, a folder, a .gguf or .safetensors file, or a hub id. The caller owns it (`dispose`).
 *
 *     const lm = await loadCausalLm("smollm2-135m", { precision: "bfloat16" });
 *
 * Errors: all of `loadParts`.
 */
export async function loadCausalLm(nameOrPath: string, options: LoadOptions = {}): Promise<CausalLm> {
  const { name, type, config, weights, tokenizer } = await loadParts(nameOrPath, causalArchitectures, options);
  return causalLm(name, config, causalArchitectures[type].family(config), weights, tokenizer);
}

/** Puts a model together, which owns the weights from here on. The tokenizer is made when it is first asked for. */
export function causalLm(
  name: string,
  config: CausalConfig,
  family: CausalFamily,
  weights: Weights,
  tokenizer: () => Tokenizer | undefined,
): CausalLm {
  const model: CausalLm = Object.assign(createModel(name, config, weights, tokenizer), {
    family,
    inputsFirst: family.inputsFirst,
    endTokens: config.endTokens,
    startDecoding: (...given: Parameters<CausalLm["startDecoding"]>) => causalDecoding(model, ...given),
  });
  return model;
}

/**
 * An untrained decoder-only LM of the content of a config.json, whose `model_type` is "llama" or "gpt2"; the caller owns it. See `randomWeights`.
 *
 * Errors: another type; a configuration that lacks something.
 */
export function createCausalLm(
  config: Record<string, unknown>,
  { rng, tokenizer }: { rng: Rng; tokenizer?: Tokenizer },
): CausalLm {
  const type = String(config.model_type);
  const name = `untrained ${type}`;
  if (!Object.hasOwn(causalArchitectures, type))
    fail("createCausalLm", `model_type is "${type}"`, `Use ${Object.keys(causalArchitectures).join(" or ")}.`);
  const { readConfig, shapes, family } = causalArchitectures[type];
  const read = readConfig(config, name);
  return causalLm(name, read, family(read), randomWeights(shapes(read), rng), () => tokenizer);
}
