// A document with an instruction as a prompt, and a summary as the response, within limits of tokens.

import { type Checks, checkOptions, integer, oneOf, orInfinity, required, text } from "../core/options";
import type { Encoded } from "./encode-within";
import type { Tokenizer } from "./tokenizer";

/** Text before and after a document; special tokens may be written out. */
export interface Instruction {
  before: string;
  after: string;
}

const formatChecks: Checks<Instruction & { documentTokens: number }> = {
  before: required(text),
  after: required(text),
  documentTokens: required(orInfinity(integer(0))),
};

/**
 * A question about a document, before or after it, in ChatML without a system message: the chat format with which
 * SmolLM2 and others were trained.
 */
export function chatInstruction(question: string, options: { position?: "before" | "after" } = {}): Instruction {
  checkOptions("chatInstruction", options, { position: oneOf("before", "after") });
  const { position = "after" } = options;
  const [user, assistant] = ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"];
  return position === "before"
    ? { before: `${user}${question}\n\n`, after: assistant }
    : { before: user, after: `\n\n${question}${assistant}` };
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
  const { before, after, documentTokens } = options;
  const ids = tokenizer.encodePlain(document);
  return {
    ids: [...tokenizer.encode(before), ...ids.slice(0, documentTokens), ...tokenizer.encode(after)],
    dropped: Math.max(0, ids.length - documentTokens),
  };
}

/**
 * A summary as a response for training: its first tokens and an end token, at most `maxTokens` in total. Even a
 * truncated summary gets the end token, as in Transformers, so the policy learns to stop there. Special tokens that are
 * written out in the summary, such as "</s>", are plain text and end nothing.
 */
export function withEndToken(
  tokenizer: Tokenizer,
  summary: string,
  options: { maxTokens: number; endToken: number },
): Encoded {
  checkOptions("withEndToken", options, {
    maxTokens: required(orInfinity(integer(1))),
    endToken: required(integer(0)),
  });
  const { maxTokens, endToken } = options;
  const ids = tokenizer.encodePlain(summary);
  return { ids: [...ids.slice(0, maxTokens - 1), endToken], dropped: Math.max(0, ids.length - (maxTokens - 1)) };
}
