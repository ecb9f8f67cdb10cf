/** Tables (arquero, danfo) as HTML and as aligned text, at most 30 rows of them. */
import type { MimeBundle } from "./mime";

export const shownRows = 30;

export interface ShownTable {
  columns: string[];
  /** The first rows. */
  rows: unknown[][];
  totalRows: number;
  /** The library's own HTML of the first rows. */
  html?: string;
}

/** The table in `value`, known by its methods: nothing is imported, so a table of any installed copy is shown. */
export function asTable(value: any): ShownTable | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (
    typeof value.toHTML === "function" &&
    typeof value.numRows === "function" &&
    typeof value.columnNames === "function"
  ) {
    const columns: string[] = value.columnNames();
    const objects: Record<string, unknown>[] = value.objects({ limit: shownRows });
    const rows = objects.map(row => columns.map(column => row[column]));
    return { columns, rows, totalRows: value.numRows(), html: value.toHTML({ limit: shownRows }) };
  }
  const isFrame = typeof value.print === "function" && Array.isArray(value.values) && Array.isArray(value.columns);
  if (!isFrame || !Array.isArray(value.index)) return undefined;
  const isSeries = !Array.isArray(value.values[0]) && value.columns.length === 1;
  const rows = value.values
    .slice(0, shownRows)
    .map((row: unknown, i: number) => [value.index[i], ...(isSeries ? [row] : (row as unknown[]))]);
  return { columns: ["", ...value.columns.map(String)], rows, totalRows: value.values.length };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : Number(value.toPrecision(5)).toString();
  if (value instanceof Date) return value.toISOString();
  return (typeof value === "object" ? JSON.stringify(value) : String(value)).replace(/\s+/g, " ");
}

const longestCell = 60;
const shorten = (text: string): string => (text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text);
const moreRows = ({ rows, totalRows }: ShownTable): string | undefined =>
  totalRows > rows.length ? `… ${totalRows - rows.length} more rows` : undefined;

/** Columns padded to one width, numbers to the right, a rule under the head. */
export function tableText(table: ShownTable): string {
  const { columns, rows } = table;
  const cells = rows.map(row => row.map(value => shorten(cellText(value))));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map(row => row[i]!.length)));
  const isNumber = columns.map((_, i) => rows.every(row => row[i] === null || typeof row[i] === "number"));
  const line = (texts: string[]): string =>
    texts
      .map((text, i) => (isNumber[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map(width => "─".repeat(width)).join("  ");
  return [line(columns), rule, ...cells.map(line), ...(moreRows(table) ? [moreRows(table)!] : [])].join("\n");
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character]!);

function plainHtml({ columns, rows }: ShownTable): string {
  const row = (tag: string, texts: string[]): string =>
    `<tr>${texts.map(text => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.map(values => row("td", values.map(cellText))).join("");
  return `<table><thead>${row("th", columns)}</thead><tbody>${body}</tbody></table>`;
}

export function tableBundle(table: ShownTable): MimeBundle {
  const more = moreRows(table);
  const html = (table.html ?? plainHtml(table)) + (more ? `<p>${more}</p>` : "");
  return { data: { "text/html": html, "text/plain": tableText(table) }, metadata: {} };
}
