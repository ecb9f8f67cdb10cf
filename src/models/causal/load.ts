// Decoder-only LMs, loaded from files or created untrained.

import { fail } from "../../core/errors";
import { checkOptions } from "../../core/options";
import type { Tokenizer } from "../../text/tokenizer";
import type { Weights } from "../../weights/parameters";
import { type LoadOptions, loadParts } from "../loading";
import { createModel } from "../model";
import { type CreateOptions, createChecks, randomWeights } from "../random-weights";
import { causalDecoding } from "./decoding";
import type { CausalArchitecture, CausalConfig, CausalFamily } from "./family";
import type { CausalLm } from "./forward";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";

/** Families of decoder-only LMs, by their `model_type`. */
export const causalArchitectures: Record<string, CausalArchitecture<any>> = { gpt2, llama };

/**
 * Loads a decoder-only LM, of the Llama or GPT-2 family: a model of the set-up ("smollm2-135m"), "tiny-lm", a folder, a
 * .gguf or .safetensors file, or an id on the hub. The caller owns it (`dispose`).
 *
 *     const lm = await loadCausalLm("smollm2-135m", { precision: "bfloat16" });
 *
 * Errors: those of `resolveModel` (no such model, no access, a damaged file); an architecture that is not supported;
 * weights that do not fit the configuration; an option that does not exist or is out of its range.
 */
export async function loadCausalLm(nameOrPath: string, options: LoadOptions = {}): Promise<CausalLm> {
  const { name, type, config, weights, tokenizer } = await loadParts(
    "loadCausalLm",
    nameOrPath,
    causalArchitectures,
    options,
  );
  return causalLm(name, config, causalArchitectures[type].family(config), weights, tokenizer);
}

/** An LM from its parts. It owns the weights from now on. The tokenizer is made when it is first read. */
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
 * An untrained decoder-only LM from the content of a config.json, whose `model_type` is "llama" or "gpt2"; see
 * `randomWeights`. The caller owns it.
 *
 * Errors: another type; an entry that is missing or invalid; an option that does not exist or is out of its range.
 */
export function createCausalLm(config: Record<string, unknown>, options: CreateOptions): CausalLm {
  checkOptions("createCausalLm", options, createChecks);
  const { rng, tokenizer } = options;
  const type = String(config.model_type);
  const name = `untrained ${type}`;
  if (!Object.hasOwn(causalArchitectures, type))
    fail("createCausalLm", `model_type is "${type}"`, `Use ${Object.keys(causalArchitectures).join(" or ")}.`);
  const { readConfig, shapes, family } = causalArchitectures[type];
  const read = readConfig(config, name);
  return causalLm(name, read, family(read), randomWeights(shapes(read), rng), () => tokenizer);
}
