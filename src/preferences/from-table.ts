import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { readingsOf } from "./forms";
import type { ListsTable } from "./lists-table";
import { listed } from "./named-columns";

/**
 * Lists from a table in one of the forms that data sets have, recognized by its columns. `formOf` says which it is
 * taken for. Where columns are named otherwise, call the reader of the form.
 *
 * | one row is                  | columns                                                         | read by       |
 * | --------------------------- | --------------------------------------------------------------- | ------------- |
 * | a pair                      | chosen, rejected                                                | `fromPairs`   |
 * | two responses and a choice  | response_a, response_b or the like; winner, preference, label   | `fromChoices` |
 * | a response, or a list       | response(s), completion(s) or records; rank(s)                  | `fromRanks`   |
 * | the same                    | the same; rating(s), score(s) or an aspect                      | `fromRatings` |
 * | the same                    | the same; label(s)                                              | `fromLabels`  |
 * | a tree of replies           | prompt with replies, or message_id, parent_id                   | `fromTrees`   |
 * | a solution in steps         | label.steps, or completions and labels                          | `fromSteps`   |
 *
 * Errors: no such columns; several readings, with the calls that choose one; those of the reader.
 */
export function fromTable(table: ColumnTable): ListsTable {
  return onlyReading("fromTable", table).read();
}

/** What `fromTable` takes a table for, and the call that reads it so. Errors: as `fromTable`. */
export function formOf(table: ColumnTable): { form: string; call: string } {
  const { form, call } = onlyReading("formOf", table);
  return { form, call };
}

function onlyReading(where: string, table: ColumnTable) {
  const readings = readingsOf(table);
  if (readings.length === 1) return readings[0];
  if (readings.length === 0)
    fail(
      where,
      `no known form of preferences has the columns ${listed(table)}`,
      "Name the columns to fromPairs, fromChoices, fromRatings, fromRanks or fromLabels.",
    );
  const [first, second] = [readings.map(({ form }) => form).join("; "), readings.map(({ call }) => call).join(" or ")];
  return fail(where, `there are ${readings.length} readings: ${first}`, `Say which: ${second}.`);
}
