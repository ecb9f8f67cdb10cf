/**
 * The library's records: run logs with the last values of their quantities; objectives, aggregates, scores and the like
 * by name and options.
 */
import * as util from "node:util";
import { escapeHtml, type MimeBundle } from "./mime-bundle";
import { asTable, tableBundle } from "./mime-table";

type Fields = Record<string, unknown>;
type Functions = Record<string, (...given: unknown[]) => unknown>;

/** The functions of a record and its other fields, without getters. */
function parts(value: object): { functions: Functions; options: Fields } {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, field]) => !field.get);
  const entries = fields.map(([key, field]): [string, unknown] => [key, field.value]);
  const isFunction = ([, field]: [string, unknown]): boolean => typeof field === "function";
  return {
    functions: Object.fromEntries(entries.filter(isFunction)) as Functions,
    options: Object.fromEntries(entries.filter(entry => !isFunction(entry))),
  };
}

const isPlain = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

interface Logged {
  phase?: string;
  name: string;
  step: number;
  value: number;
}

/** A run log: the number of its rows and the last value of each quantity. */
function runLogBundle({ folder }: Fields, { table, completions }: Functions): MimeBundle | undefined {
  const [rows, texts] = [table!(), completions!()] as any[];
  if (!asTable(rows) || !asTable(texts)) return undefined;
  const last = new Map<string, Logged>();
  for (const row of rows.objects() as Logged[]) last.set(`${row.phase}\n${row.name}`, row);
  const quantities = [...last.values()];
  const counts = `${rows.numRows()} rows, ${texts.numRows()} completions`;
  const columns = ["phase", "name", "step", "value"] as const;
  const shown = {
    columns: ["phase", "name", "last step", "last value"],
    rows: (limit: number) => quantities.slice(0, limit).map(row => columns.map(column => row[column])),
    totalRows: quantities.length,
  };
  const { data } = tableBundle(shown, {});
  const head = `Run log ${folder}: ${counts}`;
  return {
    data: {
      "text/html": `<p>${escapeHtml(head)}</p>\n${data["text/html"]}`,
      "text/plain": `${head}\n${data["text/plain"]}`,
    },
    metadata: {},
  };
}

/** The bundle of a run log, or of a record with functions and a name; undefined for anything else. */
export function recordBundle(value: unknown): MimeBundle | undefined {
  if (!isPlain(value)) return undefined;
  const { functions, options } = parts(value);
  const names = Object.keys(functions);
  if (names.length === 0) return undefined;
  const isRunLog = typeof options.folder === "string" && functions.table && functions.completions && functions.add;
  if (isRunLog) return runLogBundle(options, functions);
  const { name, ...rest } = options;
  if (typeof name !== "string") return undefined;
  const given =
    Object.keys(rest).length > 0 ? ` ${util.inspect(rest, { depth: 1, maxArrayLength: 10, breakLength: 120 })}` : "";
  return {
    data: { "text/plain": `${name}${given}  ${names.map(each => `${each}()`).join(", ")}` },
    metadata: {},
  };
}
