import type * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, text } from "../core/options";
import { valuesOf } from "../tables/columns";
import { shown } from "./conversations";
import type { ListsTable, Message } from "./lists-table";
import { listsTable } from "./lists-table";
import { numberOf } from "./named-columns";

/** The columns of a table of trees of replies, one tree or one message a row. */
export interface TreeColumns {
  /** Whole trees: the first message, with its `replies` in it. Default "prompt". */
  tree?: string;
  /** A message a row: its id, the id of the message that it replies to, and its text. As OpenAssistant names them. */
  id?: string;
  parent?: string;
  content?: string;
  /** 0 for the best reply to a message. Default "rank". */
  rank?: string;
}

const treeChecks: Checks<TreeColumns> = { tree: text, id: text, parent: text, content: text, rank: text };

interface Turn {
  text?: unknown;
  role?: unknown;
  rank?: unknown;
  replies?: Turn[];
  deleted?: unknown;
}

const roles: Record<string, string> = { prompter: "user", human: "user", assistant: "assistant" };

/** Whether the cells of a column are trees: a message with replies. */
export function isTree(table: aq.ColumnTable, name = "prompt"): boolean {
  const column = table.data()[name];
  const first = Array.isArray(column) ? column.find(value => value !== null && value !== undefined) : undefined;
  return typeof first === "object" && Array.isArray((first as Turn).replies);
}

/** Whether a row is a message that names the one it replies to. */
export const isThread = (table: aq.ColumnTable): boolean =>
  ["message_id", "parent_id", "text", "rank"].every(name => table.column(name));

/**
 * Lists from trees of replies, as OpenAssistant has them: the assistant's replies to one message in the order of their
 * ranks; the prompt is the conversation up to there. Replies without a rank are left out.
 *
 * Errors: an option that does not exist; no such columns; a reply whose text is missing; no message with two ranked
 * replies.
 */
export function fromTrees(table: aq.ColumnTable, columns: TreeColumns = {}): ListsTable {
  checkOptions("fromTrees", columns, treeChecks);
  const { tree = "prompt", rank = "rank" } = columns;
  const roots = isTree(table, tree)
    ? Array.from(valuesOf(table, tree) as ArrayLike<Turn | null>).filter(turn => turn !== null)
    : threads(table, columns);
  const found = {
    group: [] as number[],
    order: [] as number[],
    prompt: [] as Message[][],
    response: [] as Message[][],
  };
  let groups = 0;
  const waiting: { turn: Turn; before: Message[] }[] = roots
    .map(turn => ({ turn: turn as Turn, before: [] }))
    .reverse();
  while (waiting.length > 0) {
    const { turn, before } = waiting.pop()!;
    const prompt = [...before, message(turn)];
    const replies = (turn.replies ?? []).filter(reply => reply.deleted !== true);
    const ranked = replies.filter(reply => reply.role === "assistant" && isRanked((reply as never)[rank]));
    if (ranked.length > 1) {
      for (const reply of ranked) {
        found.group.push(groups);
        found.order.push(numberOf((reply as never)[rank])!);
        found.prompt.push(prompt);
        found.response.push([message(reply)]);
      }
      groups++;
    }
    for (const reply of [...replies].reverse())
      if (reply.replies?.length) waiting.push({ turn: reply, before: prompt });
  }
  if (groups === 0) fail("fromTrees", "no message has two ranked replies of the assistant", "Give trees with ranks.");
  return listsTable("fromTrees", { ...found, group: Int32Array.from(found.group) });
}

const isRanked = (rank: unknown) => {
  const number = numberOf(rank);
  return number !== undefined && !Number.isNaN(number);
};

function message({ role, text: content }: Turn): Message {
  if (typeof content !== "string") fail("fromTrees", `a message has the text ${shown(content)}`, "Drop the tree.");
  return { role: roles[String(role)] ?? String(role), content };
}

/** Trees from a message a row. Errors: no such columns; messages that reply to each other in a circle. */
function threads(table: aq.ColumnTable, columns: TreeColumns): Turn[] {
  const { id = "message_id", parent = "parent_id", content = "text", rank = "rank" } = columns;
  for (const name of [id, parent, content, rank, "role"])
    if (!table.column(name))
      fail("fromTrees", `there is no column "${name}"`, `The table has ${table.columnNames().join(", ")}.`);
  const [ids, parents, texts, ranks, speakers] = [id, parent, content, rank, "role"].map(name => valuesOf(table, name));
  const turns = new Map<unknown, Turn & { replies: Turn[] }>();
  for (let row = 0; row < ids.length; row++)
    turns.set(ids[row], { text: texts[row], role: speakers[row], [rank]: ranks[row], replies: [] } as never);
  const roots: Turn[] = [];
  for (let row = 0; row < ids.length; row++) {
    const own = turns.get(ids[row])!;
    const above = turns.get(parents[row]);
    if (above && above !== own) above.replies.push(own);
    else roots.push(own);
  }
  return roots;
}
