import { fail } from "../core/errors";
import { createTokenizer, type Tokenizer } from "../text/tokenizer";
import type { Checkpoint } from "./checkpoint";

/** The tokenizer of a checkpoint, created at the first call. Errors, at this call: a checkpoint without a tokenizer. */
export function tokenizerOf({ tokenizer: definition, tokenizerConfig: config, where }: Checkpoint): () => Tokenizer {
  let made: Tokenizer | undefined;
  return () =>
    (made ??= definition
      ? createTokenizer(definition, { config, where })
      : fail(where, "there is no tokenizer.json", "Put the model's tokenizer.json beside its weights."));
}
