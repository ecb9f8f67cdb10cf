// The special tokens of a tokenizer by their roles.

import type { AddedToken } from "./added-tokens";

const roles = ["bos", "eos", "pad", "unk", "mask", "cls", "sep"] as const;

/** Ids by role, without roles that the tokenizer lacks. */
export type SpecialIds = Partial<Record<(typeof roles)[number], number>>;

/**
 * Content of a tokenizer_config.json, which names special tokens: `eos_token: "</s>"` or `eos_token: { content: "</s>"
 * }`.
 */
export type TokenizerConfig = Record<string, unknown>;

/** Names in published tokenizers, for tokenizers without a tokenizer_config.json. */
const usual: Record<(typeof roles)[number], string[]> = {
  bos: ["<s>", "<|begin_of_text|>", "<|endoftext|>"],
  eos: ["</s>", "<|end_of_text|>", "<|endoftext|>"],
  pad: ["<pad>", "[PAD]"],
  unk: ["<unk>", "[UNK]"],
  mask: ["<mask>", "[MASK]"],
  cls: ["[CLS]"],
  sep: ["[SEP]"],
};

/**
 * Ids of special tokens: those named in `config`, or else the model's unknown token, or else tokens with the usual
 * names.
 */
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
