import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { requireColumns } from "./columns";
import { escaped } from "./figure";

export interface ShownCandidate {
  text: string;
  /** 1 for the best of its list; ties share one. */
  rank: number;
  utility?: number;
}

/** What a front end draws: the content of `application/vnd.tokenwise.preferences+json` (docs/kernel.md), and its other forms. */
export interface SideBySide {
  version: 1;
  title?: string;
  /** Lists in the table. */
  total: number;
  lists: { prompt?: string; annotator?: string; candidates: ShownCandidate[] }[];
  toMimeBundle(): Record<string, unknown>;
}

export interface SideBySideOptions {
  title?: string;
  /** How many lists to show, from the first. Default 5. */
  lists?: number;
  /** Token ids to text, say `tokenizer.decode`. Default: the ids. */
  decode?: (ids: number[]) => string;
}

/**
 * Preference lists with their candidates side by side, best first: the last value of a cell, or `show` it.
 *
 * @param table a table of lists: columns list, rank, prompt, response, and score and annotator if there are
 *
 * Errors: a column that is not there; no list to show.
 */
export function sideBySide(table: ColumnTable, options: SideBySideOptions = {}): SideBySide {
  const { title, lists: shown = 5, decode = ids => `[${ids.join(", ")}]` } = options;
  requireColumns("sideBySide", table, ["list", "rank", "prompt", "response"]);
  const list = table.array("list") as ArrayLike<unknown>;
  const starts = Array.from(list).flatMap((number, row) => (row === 0 || number !== list[row - 1] ? [row] : []));
  if (starts.length === 0 || !(shown >= 1)) {
    fail("sideBySide", `there are ${starts.length} lists, to show ${shown} of`, "Give and ask for at least one.");
  }
  const first = table.objects({ limit: starts[shown] ?? list.length }) as Record<string, any>[];
  const lists = starts.slice(0, shown).map((start, i) => {
    const rows = first.slice(start, starts[i + 1]);
    const prompt = textOf(rows[0].prompt, decode);
    const { annotator } = rows[0];
    return {
      ...(prompt !== "" && { prompt }),
      ...(annotator !== undefined && annotator !== null && { annotator: String(annotator) }),
      candidates: rows.map(({ response, rank, score }) => ({
        text: textOf(response, decode),
        rank,
        ...(Number.isFinite(score) && { utility: score }),
      })),
    };
  });
  const content = { version: 1 as const, ...(title !== undefined && { title }), total: starts.length, lists };
  return {
    ...content,
    toMimeBundle: () => ({
      "application/vnd.tokenwise.preferences+json": content,
      "text/html": html(content),
      "text/plain": plain(content),
    }),
  };
}

type Content = Omit<SideBySide, "toMimeBundle">;

/** A sequence is a text, a conversation or token ids. */
function textOf(sequence: unknown, decode: (ids: number[]) => string): string {
  if (typeof sequence === "string") return sequence;
  const items = Array.from(sequence as ArrayLike<any>);
  return typeof items[0] === "number"
    ? decode(items)
    : items.map(({ role, content }) => `${role}: ${content}`).join("\n");
}

const more = ({ total, lists }: Content): string[] =>
  total > lists.length ? [`… ${total - lists.length} more lists`] : [];
const facts = ({ rank, utility }: ShownCandidate) =>
  `${rank}${utility === undefined ? "" : `, utility ${Number(utility.toPrecision(4))}`}`;

function plain(content: Content): string {
  const lists = content.lists.map(({ prompt, annotator, candidates }) => {
    const head = [prompt ?? "", annotator === undefined ? "" : `(judged by ${annotator})`].filter(Boolean).join(" ");
    const lines = candidates.map(candidate => `  ${facts(candidate)}: ${candidate.text}`);
    return [...(head ? [head] : []), ...lines].join("\n");
  });
  return [...(content.title === undefined ? [] : [content.title]), ...lists, ...more(content)].join("\n");
}

/** A table row a list, without scripts or style sheets. */
function html(content: Content): string {
  const cell = (tag: string, head: string, text: string) =>
    `<${tag} style="text-align:left;vertical-align:top;white-space:pre-wrap;min-width:10em">${head}${escaped(text)}</${tag}>`;
  const rows = content.lists.map(({ prompt, annotator, candidates }) => {
    const judge = annotator === undefined ? "" : `<small>judged by ${escaped(annotator)}</small>\n`;
    const cells = candidates.map(candidate => cell("td", `<b>${facts(candidate)}</b>\n`, candidate.text));
    return `<tr>${cell("th", judge, prompt ?? "")}${cells.join("")}</tr>`;
  });
  const caption = content.title === undefined ? "" : `<caption>${escaped(content.title)}</caption>`;
  const table = `<table>${caption}<tbody>\n${rows.join("\n")}\n</tbody></table>`;
  return [table, ...more(content).map(text => `<p>${text}</p>`)].join("\n");
}
