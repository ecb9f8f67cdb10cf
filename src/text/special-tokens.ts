// Which tokens begin, end, pad and mask a text.

import type { AddedToken } from "./added-tokens";

const roles = ["bos", "eos", "pad", "unk", "mask", "cls", "sep"] as const;

/** Ids by role; one that the tokenizer does not have is left out. */
export type SpecialIds = Partial<Record<(typeof roles)[number], number>>;

/** A tokenizer_config.json, as far as it says what special tokens are for: `eos_token: "</s>"` or `eos_token: { content: "</s>" }`. */
export type TokenizerConfig = Record<string, unknown>;

/** What published tokenizers call them, where no tokenizer_config.json says it. */
const usual: Record<(typeof roles)[number], string[]> = {
  bos: ["<s>", "<|begin_of_text|>", "<|endoftext|>"],
  eos: ["</s>", "<|end_of_text|>", "<|endoftext|>"],
  pad: ["<pad>", "[PAD]"],
  unk: ["<unk>", "[UNK]"],
  mask: ["<mask>", "[MASK]"],
  cls: ["[CLS]"],
  sep: ["[SEP]"],
};

/** Ids of the special tokens: as the config names them, else the model's unknown token, else special tokens by their usual names. */
export function specialIds(
  config: TokenizerConfig,
  { added, unknown, id }: { added: AddedToken[]; unknown?: string; id(token: string): number | undefined },
): SpecialIds {
  const marked = new Set(added.filter(({ special }) => special).map(({ content }) => content));
  const found: SpecialIds = {};
  for (const role of roles) {
    const named = config[`${role}_token`] as string | { content?: string } | null | undefined;
    const content =
      (typeof named === "string" ? named : named?.content) ??
      (role === "unk" ? unknown : undefined) ??
      usual[role].find(name => marked.has(name));
    const known = content === undefined ? undefined : id(content);
    if (known !== undefined) found[role] = known;
  }
  return found;
}
