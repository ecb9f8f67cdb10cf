// Prompts and responses of preference tables as an LM's token ids: texts, conversations, or ids as they are.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { checkOptions, flag } from "../core/options";
import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import type { Tokenizer } from "../text/tokenizer";
import type { Example, ResponsePolicy } from "./response-policy";

/** What encoding needs of an LM. */
export type Encoder = Pick<CausalLm | Seq2SeqLm, "name" | "tokenizer" | "endTokens"> & { startToken?: number };

/** How texts become examples. */
export interface EncodeOptions {
  /** Ends texts of responses with the LM's end token, as it learned to end them itself. Default true. */
  endToken?: boolean;
}

/**
 * Token ids of a prompt and a response. A text is encoded without special tokens added; those that are written out
 * are recognized in prompts, and plain text in responses, where "</s>" must end nothing. An encoder–decoder's prompt
 * has the special tokens of its tokenizer around it. An empty prompt is the LM's start token. Conversations are
 * written in ChatML where the tokenizer knows it.
 *
 * Errors: an empty response; ids that are none of the LM's; a conversation where the tokenizer has no ChatML; an
 * empty prompt where there is no start token.
 */
export function encodeExample(
  model: Encoder,
  { prompt, response }: { prompt: unknown; response: unknown },
  row: number,
  { endToken = true }: EncodeOptions = {},
): Example {
  const { tokenizer, name } = model;
  const where = (part: string) => `${name}: ${part} ${row}`;
  const ends = endToken && !isIds(response) ? [model.endTokens[0]] : [];
  const written = idsOf(tokenizer, where("response"), response, "response");
  if (written.length === 0) fail(where("response"), "it has no token", "Drop empty responses first.");
  return { prompt: encodePrompt(model, where("prompt"), prompt), response: [...written, ...ends] };
}

/**
 * The rows of a table with columns `response` and, where something was asked, `prompt`, as token ids of an LM or of a
 * policy over responses: see `encodeExample`, whose errors name the row.
 *
 * Errors: a table without a column `response`.
 */
export function encodeExamples(
  model: Encoder | ResponsePolicy,
  table: ColumnTable,
  options: EncodeOptions = {},
): Example[] {
  checkOptions("encodeExamples", options, { endToken: flag });
  const encoder = encoderOf(model);
  if (!table.column("response"))
    fail(model.name, `the columns are ${table.columnNames().join(", ")}`, 'Name the texts\' column "response".');
  const responses = table.array("response") as ArrayLike<unknown>;
  const prompts = table.column("prompt") ? (table.array("prompt") as ArrayLike<unknown>) : undefined;
  return Array.from(responses, (response, row) =>
    encodeExample(encoder, { prompt: prompts?.[row] ?? "", response }, row, options),
  );
}

/** What encoding needs, of an LM or of a policy over responses. */
export const encoderOf = (model: Encoder | ResponsePolicy): Encoder =>
  "generator" in model ? { ...model.generator, tokenizer: model.generator.tokenizer, name: model.name } : model;

/** Token ids of a prompt alone, as in `encodeExample`; `where` names it in errors. */
export function encodePrompt(model: Encoder, where: string, prompt: unknown): readonly number[] {
  const { tokenizer } = model;
  if (typeof prompt === "string" && model.startToken !== undefined) return tokenizer.encodeWithSpecial(prompt).ids;
  const ids = idsOf(tokenizer, where, prompt, "prompt");
  if (ids.length > 0) return ids;
  const start = tokenizer.special.bos ?? tokenizer.special.eos;
  return start === undefined
    ? fail(where, "it is empty, and the tokenizer has no start token", "Give every prompt a text.")
    : [start];
}

const isIds = (x: unknown): x is ArrayLike<number> =>
  (Array.isArray(x) || ArrayBuffer.isView(x)) && typeof (x as unknown as ArrayLike<unknown>)[0] === "number";

function idsOf(tokenizer: Tokenizer, where: string, sequence: unknown, part: "prompt" | "response"): readonly number[] {
  const encode = part === "response" ? tokenizer.encodePlain : tokenizer.encode;
  if (typeof sequence === "string") return encode(sequence);
  if (isIds(sequence)) {
    const ids = Array.from(sequence);
    const wrong = ids.find(id => !(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize));
    return wrong === undefined
      ? ids
      : fail(where, `${wrong} is no token id of the model`, "Encode with its tokenizer.");
  }
  if (Array.isArray(sequence) && sequence.every(message => typeof message?.content === "string"))
    return sequence.length === 1 && part === "response"
      ? encode(sequence[0].content)
      : tokenizer.encode(chatText(tokenizer, where, sequence, part));
  return fail(where, `it is ${JSON.stringify(sequence)?.slice(0, 60)}`, "Give a text, a conversation or token ids.");
}

/** A conversation in ChatML: a prompt goes on to where the assistant begins, a response is what it says. */
function chatText(
  tokenizer: Tokenizer,
  where: string,
  messages: readonly { role: string; content: string }[],
  part: "prompt" | "response",
): string {
  if (tokenizer.encode("<|im_start|>").length !== 1)
    fail(where, "it is a conversation, and the tokenizer has no ChatML", "Write it out as the model expects it.");
  const turns = messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");
  if (part === "prompt") return `${turns}<|im_start|>assistant\n`;
  // The first turn of the response begins where the prompt ends, and the last one's end is the end token.
  return turns.replace(/^<\|im_start\|>[^\n]*\n/, "").replace(/<\|im_end\|>\n$/, "");
}
