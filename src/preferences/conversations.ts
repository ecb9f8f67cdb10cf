// Conversations in the layouts that data sets have, as messages {role, content}.

import { fail } from "../core/errors";
import type { Message, Sequence } from "./lists-table";

/** Other names of the roles that chat templates know. */
const roles: Record<string, string> = {
  human: "user",
  prompter: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  bot: "assistant",
  function_call: "assistant",
  observation: "tool",
};

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
const isText = (value: unknown): value is string => typeof value === "string";

/** Whether a value is one turn: {role, content}, {from, value}, or a turn of OpenAssistant, {role, text}. */
export const isTurn = (value: unknown): value is Fields =>
  isRecord(value) &&
  (isText(value.role) || isText(value.from)) &&
  ["content", "value", "text", "tool_calls"].some(field => field in value);

/** A text that is a conversation, as JSON or as Python prints it: read as a text it would be cut in the middle. */
const written = /^\s*(?:array\(|\[array\()?\[?\s*\{\s*["'](?:role|from|content|value)["']\s*:/;

/** A quick test of the first character: "[", "{", or the "a" of Python's array(…). */
export function mayBeConversation(text: string): boolean {
  const first = text.charCodeAt(0);
  return first === 0x5b || first === 0x7b || (first === 0x61 && text.startsWith("array("));
}

/**
 * A text, a conversation or token ids from any usual layout: a list of turns, one turn, content in parts, tool calls
 * without content. Values that are in our form already stay as they are.
 *
 * Errors: anything else, `name` and `row` being where it stands; parts other than text.
 */
export function sequenceOf(where: string, value: unknown, name: string, row: number): Sequence {
  const at = `${name} of row ${row}`;
  if (isText(value)) {
    if (mayBeConversation(value) && written.test(value.slice(0, 80)))
      fail(
        where,
        `${at} is a conversation written out as a text`,
        "Parse it, or write the file as JSON Lines or Parquet.",
      );
    return value;
  }
  if (ArrayBuffer.isView(value)) return value as unknown as readonly number[];
  if (isTurn(value)) return [message(where, value, at)];
  if (Array.isArray(value)) {
    if (value.every(item => typeof item === "number")) return value;
    if (value.every(isPlain)) return value;
    if (value.every(isTurn)) return value.map(turn => message(where, turn, at));
  }
  const found = value === undefined || value === null ? "missing" : shown(value);
  const remedy =
    typeof value === "number"
      ? `Read it as text: readTable(file, { types: { ${JSON.stringify(name)}: "text" } }).`
      : "Give texts, lists of messages {role, content}, or token ids; drop rows that lack one.";
  return fail(where, `${at} is ${found}`, remedy);
}

const isPlain = (turn: unknown) =>
  isRecord(turn) &&
  isText(turn.role) &&
  isText(turn.content) &&
  !Object.hasOwn(roles, turn.role) &&
  !(Array.isArray(turn.tool_calls) && turn.tool_calls.length > 0 && turn.content === "");

function message(where: string, turn: Fields, at: string): Message {
  const named = (turn.role ?? turn.from) as string;
  const content = turn.content ?? turn.value ?? turn.text;
  const calls = Array.isArray(turn.tool_calls) && turn.tool_calls.length > 0 ? turn.tool_calls : undefined;
  const { role: _, from: __, content: ___, value: ____, text: _____, ...others } = turn;
  if ((content === null || content === undefined) && !calls)
    fail(where, `${at} has a turn of ${named} without content`, "Drop the row, or give the turn its text.");
  return { ...others, role: Object.hasOwn(roles, named) ? roles[named] : named, content: textOf(where, content, at) };
}

/** The text of a turn's content, which may be a list of parts. Errors: an image, or another part that is no text. */
function textOf(where: string, content: unknown, at: string): string {
  if (content === null || content === undefined) return "";
  if (isText(content)) return content;
  if (!Array.isArray(content)) return fail(where, `${at} has the content ${shown(content)}`, "Give a text.");
  return content
    .map(part => {
      if (isText(part)) return part;
      if (isRecord(part) && isText(part.text) && (part.type === undefined || part.type === "text")) return part.text;
      const type = isRecord(part) ? part.type : undefined;
      return fail(
        where,
        `${at} has a part of type ${JSON.stringify(type ?? shown(part))}`,
        "The LMs here read texts only: drop such rows.",
      );
    })
    .join("");
}

/** A value in an error message; BigInt, too, which JSON does not know. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value, (_, own) => (typeof own === "bigint" ? String(own) : own)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Whether two turns say the same. */
export const sameTurn = (a: Message, b: Message): boolean =>
  a.role === b.role &&
  a.content === b.content &&
  JSON.stringify(a.tool_calls ?? null) === JSON.stringify(b.tool_calls ?? null);
