// The tokenizer in a GGUF file.

import { fail } from "../core/errors";
import type { TokenizerConfig } from "./special-tokens";
import { createTokenizer, type Tokenizer } from "./tokenizer";

const llama3Words = [
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
].join("");

/** Pre-tokenizers of byte-level BPE by their names in GGUF files (`tokenizer.ggml.pre`). */
const preTokenizers: Record<string, object> = {
  smollm: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  "llama-bpe": {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: llama3Words }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
  "gpt-2": { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
};

const control = 3; // token types of the GGUF specification
const userDefined = 4;

/**
 * The tokenizer in the metadata of a GGUF file, as the content of a tokenizer.json.
 *
 * Errors: a tokenizer other than byte-level BPE; an unknown pre-tokenizer; a missing list of tokens or merges.
 */
export function ggufTokenizerDefinition(metadata: Record<string, unknown>, where: string): object {
  const model = metadata["tokenizer.ggml.model"];
  const pre = String(metadata["tokenizer.ggml.pre"] ?? "gpt-2");
  const tokens = texts(metadata["tokenizer.ggml.tokens"]);
  const merges = texts(metadata["tokenizer.ggml.merges"]);
  const types = metadata["tokenizer.ggml.token_type"] as number[] | undefined;
  const missing = tokens && merges ? "" : " and lacks its list of tokens or merges";
  if (model !== "gpt2" || !Object.hasOwn(preTokenizers, pre) || !tokens || !merges)
    return fail(
      where,
      `its tokenizer is of kind "${model}" with pre-tokenizer "${pre}"${missing}`,
      `Use a file with a byte-level BPE tokenizer (gpt2) and one of these: ${Object.keys(preTokenizers).join(", ")}.`,
    );
  const added = tokens.flatMap((content, id) =>
    types?.[id] === control || types?.[id] === userDefined
      ? [
          {
            id,
            content,
            special: types[id] === control,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
          },
        ]
      : [],
  );
  return {
    version: "1.0",
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: preTokenizers[pre],
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
      ignore_merges: pre === "llama-bpe",
    },
  };
}

const texts = (value: unknown) =>
  Array.isArray(value) && value.every(item => typeof item === "string") ? (value as string[]) : undefined;

/** The special tokens and the chat template in the metadata, as the content of a tokenizer_config.json. */
export function ggufTokenizerConfig(metadata: Record<string, unknown>): TokenizerConfig {
  const tokens = texts(metadata["tokenizer.ggml.tokens"]);
  const named = { bos: "bos", eos: "eos", unk: "unknown", sep: "seperator", pad: "padding", cls: "cls", mask: "mask" };
  const template = metadata["tokenizer.chat_template"];
  const special = Object.fromEntries(
    Object.entries(named).map(([role, name]) => [
      `${role}_token`,
      tokens?.[Number(metadata[`tokenizer.ggml.${name}_token_id`])],
    ]),
  );
  return typeof template === "string" ? { ...special, chat_template: template } : special;
}

/** The tokenizer in the metadata of a GGUF file. Errors: those of `ggufTokenizerDefinition`. */
export const tokenizerFromGguf = (metadata: Record<string, unknown>, where: string): Tokenizer =>
  createTokenizer(ggufTokenizerDefinition(metadata, where), { config: ggufTokenizerConfig(metadata), where });
