// Candidates as records in a cell: completions: [{ response, overall_score }], answers: [{ answer, rank }].

import * as aq from "arquero";
import { valuesOf } from "../tables/columns";
import { isTurn } from "./conversations";

type Fields = Record<string, unknown>;

/** Keys of a record that hold the response. */
const responseKeys = ["response", "answer", "completion", "output", "text", "content", "generated_text"];

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The key of the response in the records of a column, undefined if it has none; messages are no candidates. */
export function recordKey(table: aq.ColumnTable, name: string): string | undefined {
  const column = table.data()[name];
  const cell = Array.isArray(column) ? column.find(value => Array.isArray(value) && value.length > 0) : undefined;
  if (!cell?.every((item: unknown) => isRecord(item) && !isTurn(item))) return undefined;
  return responseKeys.find(key => key in cell[0]);
}

/** The first column with candidates as records. */
export const recordColumn = (table: aq.ColumnTable): string | undefined =>
  table.columnNames().find(name => recordKey(table, name) !== undefined);

/**
 * A row for each record: `response` and the record's other fields, those of records in it as "annotations.helpfulness",
 * beside the columns of the table that no field is named like; `list` is the row that it was in.
 */
export function spreadRecords(table: aq.ColumnTable, name: string): aq.ColumnTable {
  const key = recordKey(table, name) ?? "response";
  const others = table.columnNames().filter(own => own !== name && own !== "list");
  const sources: number[] = [];
  const records: Fields[] = [];
  const cells = valuesOf(table, name);
  for (let row = 0; row < cells.length; row++)
    for (const record of Array.isArray(cells[row]) ? (cells[row] as unknown[]) : []) {
      sources.push(row);
      records.push(flat(isRecord(record) ? record : {}));
    }
  const fields = new Set(records.flatMap(Object.keys));
  fields.delete(key);
  const repeated = (own: string): [string, unknown[]] => {
    const values = valuesOf(table, own);
    return [own, sources.map(row => values[row])];
  };
  return aq.table([
    ["list", sources],
    ...others.filter(own => !fields.has(own) && own !== "response").map(repeated),
    ["response", records.map(record => record[key])],
    ...[...fields]
      .filter(field => field !== "list" && field !== "response")
      .map(field => [field, records.map(record => record[field])] as [string, unknown[]]),
  ]);
}

/** Fields of records in records by their path, to a depth of three. */
function flat(record: Fields, path = "", depth = 0): Fields {
  const out: Fields = {};
  for (const [name, value] of Object.entries(record))
    if (isRecord(value) && !isTurn(value) && depth < 3) Object.assign(out, flat(value, `${path}${name}.`, depth + 1));
    else out[`${path}${name}`] = value;
  return out;
}
