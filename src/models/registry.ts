// Models by name.

import { fail } from "../core/errors";
import type { CausalLm } from "./causal";
import { type LlamaOptions, loadLlama } from "./llama-gguf";
import { resolveModel } from "./resolve-model";

/**
 * Loads a Llama from a .gguf file; `nameOrPath` as in `resolveModel`. The caller owns it (`dispose`).
 *
 * Errors: those of `resolveModel` and `loadLlama`; a model in another form.
 */
export async function loadModel(nameOrPath: string, options: LlamaOptions = {}): Promise<CausalLm> {
  const { path: file } = await resolveModel(nameOrPath);
  if (!file.endsWith(".gguf")) fail("loadModel", `${nameOrPath} is no .gguf file`, "Name one.");
  return loadLlama(file, options);
}
