// Text to token ids and back, through the tokenizers library.

import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { fail } from "../core/errors";

export interface Tokenizer {
  vocabularySize: number;
  /** Ids without special tokens added; special tokens written out in the text are recognised. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** One token as text, with its leading space; "" for an id that does not exist. */
  token(id: number): string;
}

/** A tokenizer from the content of a `tokenizer.json`. */
export function createTokenizer(definition: object): Tokenizer {
  const inner = new HuggingFaceTokenizer(definition, {});
  const decode = (ids: readonly number[]) =>
    ids.length === 0 ? "" : inner.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  return {
    vocabularySize: inner.get_vocab(true).size,
    encode: text => inner.encode(text, { add_special_tokens: false }).ids,
    decode,
    token: id => (inner.id_to_token(id) === undefined ? "" : decode([id])),
  };
}

/** The one id of a text that must be a single token, such as a verbalizer. Errors: it is several tokens. */
export function singleToken(tokenizer: Tokenizer, text: string, where: string): number {
  const ids = tokenizer.encode(text);
  if (ids.length === 1) return ids[0];
  const pieces = ids.map(id => JSON.stringify(tokenizer.token(id))).join(" ");
  return fail(
    where,
    `${JSON.stringify(text)} is ${ids.length} tokens${ids.length ? ` (${pieces})` : ""}, not one`,
    "Choose a word that the model knows as one token; mind the leading space.",
  );
}

/** How byte-level BPE tokenizers named in GGUF files cut text before merging (`tokenizer.ggml.pre`). */
const preTokenizers: Record<string, object> = {
  smollm: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  "gpt-2": { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
};

const CONTROL = 3; // token types of the GGUF specification
const USER_DEFINED = 4;

/**
 * The tokenizer that a GGUF file's metadata describes.
 *
 * Errors: a kind of tokenizer other than byte-level BPE, an unknown pre-tokenizer, or missing lists.
 */
export function tokenizerFromGguf(metadata: Record<string, unknown>, where: string): Tokenizer {
  const model = metadata["tokenizer.ggml.model"];
  const pre = String(metadata["tokenizer.ggml.pre"] ?? "gpt-2");
  const tokens = metadata["tokenizer.ggml.tokens"] as string[] | undefined;
  const merges = metadata["tokenizer.ggml.merges"] as string[] | undefined;
  const types = metadata["tokenizer.ggml.token_type"] as number[] | undefined;
  if (model !== "gpt2" || !preTokenizers[pre] || !tokens || !merges)
    fail(
      where,
      `its tokenizer is of kind "${model}" with pre-tokenizer "${pre}"${tokens && merges ? "" : " and lacks its token or merge list"}`,
      `Use a file with a byte-level BPE tokenizer (gpt2) cut by one of: ${Object.keys(preTokenizers).join(", ")}.`,
    );
  const special = tokens!.flatMap((content, id) =>
    types?.[id] === CONTROL || types?.[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            special: types[id] === CONTROL,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
          },
        ]
      : [],
  );
  return createTokenizer({
    version: "1.0",
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: preTokenizers[pre],
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab: Object.fromEntries(tokens!.map((token, id) => [token, id])), merges },
  });
}
