// The two responses of a row, by the names that data sets give them: response_a and response_b, output_1 and output_2.

import type { ColumnTable } from "arquero";
import { type Values, valuesOf } from "../tables/columns";
import { recordKey } from "./records-in-cells";

/** Columns of the two, and what their names end with. */
export interface TwoColumns {
  first: string;
  second: string;
  ends: [string, string];
}

const ends: readonly [string, string][] = [
  ["a", "b"],
  ["A", "B"],
  ["1", "2"],
  ["0", "1"],
  ["left", "right"],
  ["first", "second"],
];
const responseStems =
  /^(?:response|output|answer|completion|generation|summary|text|conversation|human_ref|reply|candidate|model_output|generated_text|message|story|translation)s?[ _-]?(?:text)?[ _-]?$/i;
const scoreStems = /^(?:score|rating|overall_score|reward|votes?)[ _-]?$/i;
const modelStems = /^(?:model|generator|system|source|name)[ _-]?$/i;

/** Two columns whose names differ only in their ends. */
function twins(table: ColumnTable, stems: RegExp): TwoColumns[] {
  const names = table.columnNames();
  return ends.flatMap(([a, b]) =>
    names
      .filter(name => name.endsWith(a) && stems.test(name.slice(0, -a.length)))
      .map(first => ({ first, second: first.slice(0, -a.length) + b, ends: [a, b] as [string, string] }))
      .filter(({ second }) => names.includes(second)),
  );
}

export const responseColumns = (table: ColumnTable): TwoColumns[] => twins(table, responseStems);
export const scoreColumns = (table: ColumnTable): TwoColumns | undefined => twins(table, scoreStems)[0];
export const modelColumns = (table: ColumnTable): TwoColumns | undefined => twins(table, modelStems)[0];

/** The column with both responses in a cell, as summaries: [{ text }, { text }] or responses: ["a", "b"]. */
export const bothColumn = (table: ColumnTable): string | undefined =>
  table.columnNames().find(name => {
    const column = table.data()[name];
    const cell = Array.isArray(column) ? column.find(value => Array.isArray(value)) : undefined;
    if (cell?.length !== 2) return false;
    if (recordKey(table, name) !== undefined) return true;
    return ["responses", "completions", "candidates", "answers", "summaries", "outputs"].includes(name);
  });

/** The responses in cells of two; undefined where a cell holds another number. */
export function responsesOf(table: ColumnTable, name: string): [Values, Values] {
  const key = recordKey(table, name);
  const cells = valuesOf(table, name);
  const of = (i: 0 | 1) =>
    Array.from(cells, cell => {
      if (!Array.isArray(cell) || cell.length !== 2) return undefined;
      return key === undefined ? cell[i] : (cell[i] as Record<string, unknown> | null)?.[key];
    });
  return [of(0), of(1)];
}
