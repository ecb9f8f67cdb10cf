import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, callback, checkOptions, integer, text as string } from "../core/options";
import { requireColumns } from "./columns";
import { escaped } from "./figure";

/** A candidate of a list. */
export interface ShownCandidate {
  text: string;
  /** From 1, the best; tied candidates share a rank. */
  rank: number;
  utility?: number;
}

/**
 * Data for front ends, the content of `application/vnd.tokenwise.preferences+json` (docs/kernel.md), with its other
 * forms.
 */
export interface SideBySide {
  version: 1;
  title?: string;
  /** Number of lists in the table. */
  total: number;
  lists: { prompt?: string; annotator?: string; candidates: ShownCandidate[] }[];
  toMimeBundle(): Record<string, unknown>;
}

/** What `sideBySide` shows. */
export interface SideBySideOptions {
  title?: string;
  /** Number of lists to show, from the first. Default 5. */
  lists?: number;
  /** From token ids to text, such as `tokenizer.decode`. Default: the ids themselves. */
  decode?: (ids: number[]) => string;
}

const sideBySideChecks: Checks<SideBySideOptions> = { title: string, lists: integer(1), decode: callback };

/**
 * Preference lists with their candidates side by side, best first, to be shown as the last value of a cell or with
 * `show`.
 *
 * @param table a table of lists: columns list, rank, prompt and response, and optionally score and annotator
 *
 * Errors: a missing column; a table without lists.
 */
export function sideBySide(table: ColumnTable, options: SideBySideOptions = {}): SideBySide {
  checkOptions("sideBySide", options, sideBySideChecks);
  const { title, lists: shown = 5, decode = ids => `[${ids.join(", ")}]` } = options;
  requireColumns("sideBySide", table, ["list", "rank", "prompt", "response"]);
  const list = table.array("list") as ArrayLike<unknown>;
  const starts = Array.from(list).flatMap((number, row) => (row === 0 || number !== list[row - 1] ? [row] : []));
  if (starts.length === 0) fail("sideBySide", "the table has no lists", "Give at least one.");
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

/** The text of a sequence: a text, a conversation or token ids. */
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

/** HTML without scripts or style sheets: a table with a row for each list. */
function html(content: Content): string {
  const style = "text-align:left;vertical-align:top;white-space:pre-wrap;min-width:10em";
  const cell = (tag: string, head: string, text: string) => `<${tag} style="${style}">${head}${escaped(text)}</${tag}>`;
  const rows = content.lists.map(({ prompt, annotator, candidates }) => {
    const judge = annotator === undefined ? "" : `<small>judged by ${escaped(annotator)}</small>\n`;
    const cells = candidates.map(candidate => cell("td", `<b>${facts(candidate)}</b>\n`, candidate.text));
    return `<tr>${cell("th", judge, prompt ?? "")}${cells.join("")}</tr>`;
  });
  const caption = content.title === undefined ? "" : `<caption>${escaped(content.title)}</caption>`;
  const table = `<table>${caption}<tbody>\n${rows.join("\n")}\n</tbody></table>`;
  return [table, ...more(content).map(text => `<p>${text}</p>`)].join("\n");
}
