import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { usualResponses } from "./candidate-rows";
import { fromLabels, usualLabels } from "./from-labels";
import { fromPairs } from "./from-pairs";
import { fromRanks, usualRanks } from "./from-ranks";
import { fromRatings, usualRatings } from "./from-ratings";
import type { ListsTable } from "./lists-table";

/**
 * Lists from a table in one of the usual forms, recognized by its columns; the forms of TRL and of most Hugging Face
 * data sets are among them. Where columns are named otherwise, call the reader of the form.
 *
 * | columns                              | read by       |
 * | ------------------------------------ | ------------- |
 * | chosen, rejected                     | `fromPairs`   |
 * | response(s) or completion(s), rank(s) | `fromRanks`   |
 * | the same, label(s)                   | `fromLabels`  |
 * | the same, rating(s) or score(s)      | `fromRatings` |
 *
 * Errors: no such columns, TRL's step-wise labels (completions, labels), which compare no responses, and those of the
 * reader.
 */
export function fromTable(table: ColumnTable): ListsTable {
  const has = (names: readonly string[]) => names.some(name => table.column(name));
  if (table.column("chosen") && table.column("rejected")) return fromPairs(table);
  if (has(usualResponses)) {
    if (has(usualRanks)) return fromRanks(table);
    if (table.column("completions") && table.column("labels"))
      fail(
        "fromTable",
        "completions with labels are TRL's form for the steps of one response",
        "If they are rival responses, call fromLabels.",
      );
    if (has(usualLabels)) return fromLabels(table);
    if (has(usualRatings)) return fromRatings(table);
  }
  fail(
    "fromTable",
    `no known form of preferences has the columns ${table.columnNames().join(", ")}`,
    "Name the columns to fromPairs, fromRatings, fromRanks or fromLabels.",
  );
}
