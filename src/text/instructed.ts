// A document with an instruction as an LM's context, and a summary as its answer, within limits of tokens.

import type { Encoded } from "./encode-within";
import type { Tokenizer } from "./tokenizer";

/** What stands before a document and behind it; special tokens may be written out. */
export interface Instruction {
  before: string;
  behind: string;
}

/**
 * A question about a document in the chat form of ChatML, which SmolLM2 and others were taught, without a system message; before the document or
 * behind it.
 */
export function chatInstruction(
  question: string,
  { place = "behind" }: { place?: "before" | "behind" } = {},
): Instruction {
  const [user, assistant] = ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"];
  return place === "before"
    ? { before: `${user}${question}\n\n`, behind: assistant }
    : { before: user, behind: `\n\n${question}${assistant}` };
}

/**
 * The context of a decoder-only LM: the instruction in whole, around the first `documentTokens` tokens of the document. No other special tokens are
 * added. (An encoder–decoder's context is `encodeWithin(tokenizer, "summarize: " + document, 1024)`.)
 */
export function formatInstruction(
  tokenizer: Tokenizer,
  document: string,
  { before, behind, documentTokens }: Instruction & { documentTokens: number },
): Encoded {
  const ids = tokenizer.encode(document);
  return {
    ids: [...tokenizer.encode(before), ...ids.slice(0, documentTokens), ...tokenizer.encode(behind)],
    dropped: Math.max(0, ids.length - documentTokens),
  };
}

/**
 * A summary as a response to learn from: its first tokens and an end token, `most` in all. A summary that is cut ends all the same, as with
 * Transformers: the policy learns to stop there.
 */
export function withEndToken(
  tokenizer: Tokenizer,
  summary: string,
  { most, end }: { most: number; end: number },
): Encoded {
  const ids = tokenizer.encode(summary);
  return { ids: [...ids.slice(0, most - 1), end], dropped: Math.max(0, ids.length - (most - 1)) };
}
