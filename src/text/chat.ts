// Conversations as the text that an LM was trained on, by the chat template of its tokenizer.

import { Template } from "@huggingface/jinja";
import { fail } from "../core/errors";
import type { Tokenizer } from "./tokenizer";

/** A turn of a conversation. */
export interface ChatTurn {
  role: string;
  content: string;
  tool_calls?: readonly unknown[];
}

/** What a template can be long: larger ones are damaged or hostile. */
const mostCharacters = 200_000;

const known = new WeakMap<Tokenizer, Template>();

/**
 * A conversation as text: by the tokenizer's chat template, else in ChatML where the tokenizer knows its tokens. With
 * `reply`, it goes on to where the assistant begins to answer. Special tokens that are written out in a turn are marked
 * by `tokenizer.quoted`, so that `tokenizer.encodeQuoted` takes them for the text that they are.
 *
 * Errors, at `where`: a tokenizer with neither; a template that is malformed or refuses the conversation.
 */
export function chatText(
  tokenizer: Tokenizer,
  turns: readonly ChatTurn[],
  { where, reply }: { where: string; reply: boolean },
): string {
  const messages = turns.map(turn => ({ ...turn, content: tokenizer.quoted(turn.content) }));
  if (tokenizer.chatTemplate === undefined) return chatMl(tokenizer, messages, where, reply);
  const name = (role: "bos" | "eos" | "pad" | "unk") => {
    const id = tokenizer.special[role];
    return id === undefined ? "" : tokenizer.token(id);
  };
  try {
    return templateFor(tokenizer).render({
      messages,
      add_generation_prompt: reply,
      bos_token: name("bos"),
      eos_token: name("eos"),
      pad_token: name("pad"),
      unk_token: name("unk"),
      tools: null,
      documents: null,
    });
  } catch (error) {
    return fail(
      where,
      `the LM's chat template does not take the conversation (${(error as Error).message.slice(0, 200)})`,
      "Give roles and an order of turns that the template knows, or write the conversation out as text.",
      error,
    );
  }
}

function templateFor(tokenizer: Tokenizer): Template {
  const before = known.get(tokenizer);
  if (before) return before;
  const text = tokenizer.chatTemplate!;
  if (text.length > mostCharacters) throw new Error(`it has ${text.length} characters`);
  const template = new Template(text);
  known.set(tokenizer, template);
  return template;
}

function chatMl(tokenizer: Tokenizer, turns: readonly ChatTurn[], where: string, reply: boolean): string {
  if (tokenizer.encode("<|im_start|>").length !== 1)
    fail(
      where,
      "it is a conversation, and the tokenizer has no chat template and no ChatML",
      "Write it out as the model expects it.",
    );
  if (turns.some(({ content, tool_calls: calls }) => content === "" && calls))
    fail(where, "it has a call of a function, which ChatML cannot write", "Write it out as the model expects it.");
  const text = turns.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");
  return reply ? `${text}<|im_start|>assistant\n` : text;
}
