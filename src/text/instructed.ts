// A document with an instruction as a prompt, and a summary as the response, within limits of tokens.

import { type Checks, checkOptions, integer, oneOf, orInfinity, required, text } from "../core/options";
import type { Encoded } from "./encode-within";
import type { Tokenizer } from "./tokenizer";

/** Text before and after a document; special tokens may be written out. */
export interface Instruction {
  before: string;
  behind: string;
}

const formatChecks: Checks<Instruction & { documentTokens: number }> = {
  before: required(text),
  behind: required(text),
  documentTokens: required(orInfinity(integer(0))),
};

/**
 * A question about a document, before or after it, in ChatML without a system message: the chat format with which
 * SmolLM2 and others were trained.
 */
export function chatInstruction(question: string, options: { place?: "before" | "behind" } = {}): Instruction {
  checkOptions("chatInstruction", options, { place: oneOf("before", "behind") });
  const { place = "behind" } = options;
  const [user, assistant] = ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"];
  return place === "before"
    ? { before: `${user}${question}\n\n`, behind: assistant }
    : { before: user, behind: `\n\n${question}${assistant}` };
}

/**
 * The prompt of a decoder-only LM: the whole instruction around the first `documentTokens` tokens of the document,
 * without other special tokens; those that are written out in the document are plain text. (For an encoder–decoder use
 * `encodeWithin(tokenizer, "summarize: " + document, 1024)`.)
 */
export function formatInstruction(
  tokenizer: Tokenizer,
  document: string,
  options: Instruction & { documentTokens: number },
): Encoded {
  checkOptions("formatInstruction", options, formatChecks);
  const { before, behind, documentTokens } = options;
  const ids = tokenizer.encodePlain(document);
  return {
    ids: [...tokenizer.encode(before), ...ids.slice(0, documentTokens), ...tokenizer.encode(behind)],
    dropped: Math.max(0, ids.length - documentTokens),
  };
}

/**
 * A summary as a response for training: its first tokens and an end token, at most `most` in total. Even a truncated
 * summary gets the end token, as in Transformers, so the policy learns to stop there. Special tokens that are written
 * out in the summary, such as "</s>", are plain text and end nothing.
 */
export function withEndToken(tokenizer: Tokenizer, summary: string, options: { most: number; end: number }): Encoded {
  checkOptions("withEndToken", options, { most: required(orInfinity(integer(1))), end: required(integer(0)) });
  const { most, end } = options;
  const ids = tokenizer.encodePlain(summary);
  return { ids: [...ids.slice(0, most - 1), end], dropped: Math.max(0, ids.length - (most - 1)) };
}
