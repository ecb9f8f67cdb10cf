import { fail } from "../core/errors";
import { createTokenizer, type Tokenizer } from "../text/tokenizer";
import type { Checkpoint } from "./checkpoint";

/** A checkpoint's tokenizer, made when it is first asked for. Errors, then: the checkpoint has none. */
export function tokenizerOf({ tokenizer: definition, tokenizerConfig: config, where }: Checkpoint): () => Tokenizer {
  let made: Tokenizer | undefined;
  return () =>
    (made ??= definition
      ? createTokenizer(definition, { config, where })
      : fail(where, "there is no tokenizer.json", "Put the model's tokenizer.json beside its weights."));
}
