// Prompts and responses of preference tables as an LM's token ids: texts, conversations, or ids as they are.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { checkOptions, flag } from "../core/options";
import { warn } from "../core/warn";
import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { type ChatTurn, chatText } from "../text/chat";
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
 * Token ids of a prompt and a response. A text is encoded without special tokens added, and those that are written out
 * in it are plain text: "</s>" must end nothing. An encoder–decoder's prompt has the special tokens of its tokenizer
 * around it. An empty prompt is the LM's start token. Conversations are written by the tokenizer's chat template, or in
 * ChatML where it knows that; the response is what follows the prompt, up to the end token.
 *
 * Errors: an empty response; ids that are none of the LM's; a conversation that the tokenizer cannot write; an empty
 * prompt where there is no start token.
 */
export function encodeExample(
  model: Encoder,
  { prompt, response }: { prompt: unknown; response: unknown },
  row: number,
  { endToken = true }: EncodeOptions = {},
  onJoin: (row: number) => void = () => {},
): Example {
  const { tokenizer, name } = model;
  const where = (part: string) => `${name}: ${part} ${row}`;
  const ends = endToken && !isIds(response) ? [model.endTokens[0]] : [];
  const asked = encodePrompt(model, where("prompt"), prompt);
  const behind = behindPrompt(model, asked, prompt, response);
  if (behind === "joined") onJoin(row);
  const written = Array.isArray(behind)
    ? behind
    : isConversation(response)
      ? responseTurns(model, where("response"), prompt, response)
      : idsOf(tokenizer, where("response"), response);
  if (written.length === 0) fail(where("response"), "it has no token", "Drop empty responses first.");
  return { prompt: asked, response: [...written, ...ends] };
}

/**
 * The tokens of a response behind its prompt, both encoded as one text; "joined" where a token would belong to both,
 * undefined where they are not one text.
 */
function behindPrompt(
  { tokenizer, startToken }: Encoder,
  asked: readonly number[],
  prompt: unknown,
  response: unknown,
): readonly number[] | "joined" | undefined {
  if (typeof prompt !== "string" || typeof response !== "string" || prompt === "" || startToken !== undefined)
    return undefined;
  const whole = tokenizer.encodePlain(prompt + response);
  return asked.every((id, i) => whole[i] === id) ? whole.slice(asked.length) : "joined";
}

/**
 * The rows of a table with columns `response` and, where something was asked, `prompt`, as token ids of an LM or of a
 * policy over responses: see `encodeExample`, whose errors name the row. Warns of rows where a token spans the end of
 * the prompt and the beginning of the response, as "…the an" and "swer" would; these are encoded apart.
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
  const joined: number[] = [];
  const examples = Array.from(responses, (response, row) =>
    encodeExample(encoder, { prompt: prompts?.[row] ?? "", response }, row, options, own => joined.push(own)),
  );
  if (joined.length > 0)
    warn(
      model.name,
      `in ${joined.length} of ${examples.length} rows a token spans prompt and response, first in row ${joined[0]}`,
      "They are encoded apart: let responses begin with the space or line break that parts them from their prompts.",
    );
  return examples;
}

/** What encoding needs, of an LM or of a policy over responses. */
export const encoderOf = (model: Encoder | ResponsePolicy): Encoder =>
  "generator" in model ? { ...model.generator, tokenizer: model.generator.tokenizer, name: model.name } : model;

/** Token ids of a prompt alone, as in `encodeExample`; `where` names it in errors. */
export function encodePrompt(model: Encoder, where: string, prompt: unknown): readonly number[] {
  const { tokenizer } = model;
  if (typeof prompt === "string" && model.startToken !== undefined)
    return tokenizer.encodeWithSpecial(prompt, undefined, { plain: true }).ids;
  const ids =
    isConversation(prompt) && prompt.length > 0
      ? tokenizer.encodeQuoted(chatText(tokenizer, prompt, { where, reply: true }))
      : idsOf(tokenizer, where, prompt);
  if (ids.length > 0) return ids;
  const start = tokenizer.special.bos ?? tokenizer.special.eos;
  return start === undefined
    ? fail(where, "it is empty, and the tokenizer has no start token", "Give every prompt a text.")
    : [start];
}

const isIds = (x: unknown): x is ArrayLike<number> =>
  (Array.isArray(x) || ArrayBuffer.isView(x)) && typeof (x as unknown as ArrayLike<unknown>)[0] === "number";

const isConversation = (x: unknown): x is readonly ChatTurn[] =>
  Array.isArray(x) && x.length > 0 && x.every(turn => typeof turn?.content === "string");

function idsOf(tokenizer: Tokenizer, where: string, sequence: unknown): readonly number[] {
  if (typeof sequence === "string") return tokenizer.encodePlain(sequence);
  if (Array.isArray(sequence) && sequence.length === 0) return [];
  if (isIds(sequence)) {
    const ids = Array.from(sequence);
    const wrong = ids.find(id => !(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize));
    return wrong === undefined
      ? ids
      : fail(where, `${wrong} is no token id of the model`, "Encode with its tokenizer.");
  }
  return fail(where, `it is ${JSON.stringify(sequence)?.slice(0, 60)}`, "Give a text, a conversation or token ids.");
}

/**
 * What the turns of a response are behind the prompt: of the text of both, what follows the text of the prompt, without
 * what the template writes behind the last turn. A prompt that is no conversation is not part of the template's text.
 */
function responseTurns(
  { tokenizer, endTokens }: Encoder,
  where: string,
  prompt: unknown,
  response: readonly ChatTurn[],
): readonly number[] {
  const only = response.length === 1 && response[0].content !== "" && !response[0].tool_calls;
  if (only && !isConversation(prompt)) return tokenizer.encodePlain(response[0].content);
  const before = isConversation(prompt) ? prompt : [];
  // A single turn needs no template, which may not take it without the prompt; several do.
  if (only && tokenizer.chatTemplate === undefined) return tokenizer.encodePlain(response[0].content);
  const asked = before.length > 0 ? chatText(tokenizer, before, { where, reply: true }) : "";
  const whole = chatText(tokenizer, [...before, ...response], { where, reply: false });
  const [first] = response;
  // Where the prompt is no conversation, the first turn's own beginning is left out.
  const start = asked !== "" ? asked.length : whole.indexOf(tokenizer.quoted(first.content));
  if (!whole.startsWith(asked) || start < 0)
    return only
      ? tokenizer.encodePlain(first.content)
      : fail(where, "the chat template writes the prompt otherwise once it is answered", "Give the last turn alone.");
  const ends = endTokens.map(id => tokenizer.token(id)).filter(text => text !== "");
  const end = Math.max(
    -1,
    ...ends.map(text => (whole.slice(start).trimEnd().endsWith(text) ? whole.lastIndexOf(text) : -1)),
  );
  return tokenizer.encodeQuoted(
    end > start ? whole.slice(start, end) : whole.slice(start).replace(/<\|im_end\|>\n$/, ""),
  );
}
