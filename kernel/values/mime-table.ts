/** Tables (arquero, danfo, Arrow) as pages of HTML and as aligned text. */
import { cellText } from "./cell-text";
import { escapeHtml, type MimeBundle, type ShowOptions } from "./mime-bundle";

const pageRows = 30;
const pages = 10;

interface ShownTable {
  columns: string[];
  /** The first rows, as many as asked for. */
  rows(limit: number): unknown[][];
  totalRows: number;
}

/**
 * `value` as a table, if it has a table's methods. No library is imported, so tables of any installed copy are
 * recognized.
 */
export function asTable(value: any): ShownTable | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if (
    typeof value.objects === "function" &&
    typeof value.numRows === "function" &&
    typeof value.columnNames === "function"
  ) {
    const columns: string[] = value.columnNames();
    const rows = (limit: number): unknown[][] =>
      value.objects({ limit }).map((row: Record<string, unknown>) => columns.map(column => row[column]));
    return { columns, rows, totalRows: value.numRows() };
  }
  if (Array.isArray(value.schema?.fields) && typeof value.getChildAt === "function" && Number.isInteger(value.numRows))
    return arrowTable(value);
  const isFrame = typeof value.print === "function" && Array.isArray(value.values) && Array.isArray(value.columns);
  if (!isFrame || !Array.isArray(value.index)) return undefined;
  const isSeries = !Array.isArray(value.values[0]) && value.columns.length === 1;
  const rows = (limit: number): unknown[][] =>
    value.values
      .slice(0, limit)
      .map((row: unknown, i: number) => [value.index[i], ...(isSeries ? [row] : (row as unknown[]))]);
  return { columns: ["", ...value.columns.map(String)], rows, totalRows: value.values.length };
}

/** A table of Apache Arrow or flechette: columns that give their values by position. */
function arrowTable(value: any): ShownTable {
  const columns: string[] = value.schema.fields.map(({ name }: { name: unknown }) => String(name));
  const at = (column: any, row: number): unknown =>
    typeof column.at === "function" ? column.at(row) : column.get(row);
  const children = columns.map((_, i) => value.getChildAt(i));
  const rows = (limit: number): unknown[][] =>
    Array.from({ length: Math.min(limit, value.numRows) }, (_, row) => children.map(column => at(column, row)));
  return { columns, rows, totalRows: value.numRows };
}

const longest = { text: 60, html: 500 };
const isNumeric = (rows: unknown[][], column: number): boolean =>
  rows.every(row => row[column] === null || row[column] === undefined || typeof row[column] === "number");
const moreRows = (table: ShownTable, shown: number): string[] =>
  table.totalRows > shown ? [`… ${(table.totalRows - shown).toLocaleString("en")} more rows`] : [];

/** Padded columns, numbers aligned to the right, a rule under the head. */
function tableText(table: ShownTable, rows: unknown[][]): string {
  const { columns } = table;
  const cells = rows.map(row => row.map(value => cellText(value, longest.text)));
  const widths = columns.map((name, i) => cells.reduce((width, row) => Math.max(width, row[i]!.length), name.length));
  const numeric = columns.map((_, i) => isNumeric(rows, i));
  const line = (texts: string[]): string =>
    texts
      .map((text, i) => (numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map(width => "─".repeat(width)).join("  ");
  return [line(columns), rule, ...cells.map(line), ...moreRows(table, rows.length)].join("\n");
}

function pageHtml(columns: string[], rows: unknown[][], numeric: boolean[]): string {
  // Front ends align cells to the right by default.
  const cell = (tag: string, text: string, column: number): string =>
    `<${tag}${numeric[column] ? "" : ' style="text-align:left"'}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: string, texts: string[]): string => `<tr>${texts.map((t, i) => cell(tag, t, i)).join("")}</tr>`;
  const body = rows
    .map(row =>
      line(
        "td",
        row.map(value => cellText(value, longest.html)),
      ),
    )
    .join("\n");
  return `<table><thead>${line("th", columns)}</thead><tbody>\n${body}\n</tbody></table>`;
}

/** The first page open, the others folded; without a script, so it works where notebooks are only read, too. */
function tableHtml(table: ShownTable, rows: unknown[][], pageSize: number): string {
  const numeric = table.columns.map((_, i) => isNumeric(rows, i));
  const parts = [pageHtml(table.columns, rows.slice(0, pageSize), numeric)];
  for (let start = pageSize; start < rows.length; start += pageSize) {
    const page = rows.slice(start, start + pageSize);
    const html = pageHtml(table.columns, page, numeric);
    parts.push(`<details><summary>rows ${start + 1}–${start + page.length}</summary>${html}</details>`);
  }
  return [...parts, ...moreRows(table, rows.length).map(text => `<p>${text}</p>`)].join("\n");
}

/** The bundle of a table. */
export function tableBundle(table: ShownTable, { rows: asked }: ShowOptions): MimeBundle {
  const [pageSize, limit] = asked === undefined ? [pageRows, pageRows * pages] : [Math.max(1, asked), asked];
  const rows = table.rows(limit);
  const data = {
    "text/html": tableHtml(table, rows, pageSize),
    "text/plain": tableText(table, rows.slice(0, pageSize)),
  };
  return { data, metadata: { tokenwise: { rows: table.totalRows } } };
}
