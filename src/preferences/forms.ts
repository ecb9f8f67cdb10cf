// The forms of preference tables, recognized by their columns and the kinds of their values.

import type { ColumnTable } from "arquero";
import { valuesOf } from "../tables/columns";
import { recordColumnOf, usualResponses, wholeConversations } from "./candidate-rows";
import { bothColumn, responseColumns, scoreColumns } from "./choice-columns";
import { fromChoices, judgeColumns, usualWinners } from "./from-choices";
import { fromLabels, usualLabels } from "./from-labels";
import { fromPairs, usualChosen, usualRejected } from "./from-pairs";
import { fromRanks, usualRanks } from "./from-ranks";
import { fromRatings, usualRatings } from "./from-ratings";
import { fromSteps, hasSteps } from "./from-steps";
import { fromTrees, isThread, isTree } from "./from-trees";
import type { ListsTable } from "./lists-table";
import { withFields } from "./named-columns";
import { spreadRecords } from "./records-in-cells";

/** One way to read a table. */
export interface Reading {
  /** "pairs (chosen, rejected)". */
  form: string;
  /** The call that reads it so. */
  call: string;
  read(): ListsTable;
}

/** Aspects that responses are rated by, as data sets call them. */
const aspects =
  /(^|\.)(helpfulness|correctness|coherence|complexity|verbosity|honesty|truthfulness|harmlessness|instruction_following|factuality|relevance|fluency|quality|overall)(\.rating)?$/i;

/** All readings of a table by its columns. */
export function readingsOf(table: ColumnTable): Reading[] {
  const has = (names: readonly string[]) => names.filter(name => table.column(name));
  if (table.column("list") && table.column("rank") && table.column("response"))
    return [reading("a table of lists", "fromRanks", table, fromRanks)];
  const [chosen] = has(usualChosen);
  const [rejected] = has(usualRejected);
  if (chosen !== undefined && rejected !== undefined) {
    const named =
      chosen === "chosen" && rejected === "rejected" ? "" : `, { chosen: "${chosen}", rejected: "${rejected}" }`;
    return [reading(`pairs (${chosen}, ${rejected})`, `fromPairs(table${named})`, table, fromPairs)];
  }
  if (isTree(table) || isThread(table)) return [reading("trees of replies", "fromTrees", table, fromTrees)];
  return [...choices(table), ...judged(table), ...steps(table)];
}

function reading(form: string, call: string, table: ColumnTable, read: (table: ColumnTable) => ListsTable): Reading {
  return { form, call: call.includes("(") ? call : `${call}(table)`, read: () => read(table) };
}

function choices(given: ColumnTable): Reading[] {
  const table = withFields(given);
  const pairs = responseColumns(table);
  const both = pairs.length > 0 ? undefined : bothColumn(table);
  const [winner] = ["winner_model_a", ...usualWinners, ...judgeColumns(table)].filter(name => table.column(name));
  if (winner !== undefined && Array.isArray(valuesOf(table, winner)[0])) return [];
  if ((pairs.length === 0 && both === undefined) || (winner === undefined && !scoreColumns(table))) return [];
  const names = pairs.length > 0 ? pairs.map(({ first, second }) => `${first}, ${second}`).join(" or ") : both;
  return [
    reading(`two responses (${names}) and a choice (${winner ?? "by score"})`, "fromChoices", given, fromChoices),
  ];
}

function judged(given: ColumnTable): Reading[] {
  const flat = withFields(given);
  const records = recordColumnOf(flat);
  const table = records === undefined ? flat : spreadRecords(flat, records);
  const response = records ?? [...usualResponses, ...wholeConversations].find(name => table.column(name));
  if (response === undefined) return [];
  const kinds = [
    { names: usualRanks, form: "ranks", option: "rank", reader: "fromRanks", read: fromRanks },
    { names: usualLabels, form: "labels", option: "label", reader: "fromLabels", read: fromLabels },
    { names: usualRatings, form: "ratings", option: "rating", reader: "fromRatings", read: fromRatings },
  ] as const;
  const isStep = hasSteps(given);
  const found = kinds.flatMap(({ names, form, reader, read }) => {
    const [name] = names.filter(own => table.column(own));
    if (name === undefined) return [];
    const form_ = form === "labels" && isStep ? "rival responses with labels" : form;
    return [reading(`${form_} (${response}, ${name})`, reader, given, read)];
  });
  if (found.length > 0) return found;
  const rated = table.columnNames().filter(name => aspects.test(name));
  const byOne = rated.map(name =>
    reading(`ratings by ${name}`, `fromRatings(table, { rating: "${name}" })`, given, own =>
      fromRatings(own, { rating: name }),
    ),
  );
  if (rated.length < 2) return byOne;
  const weights = Object.fromEntries(rated.map(name => [name, 1]));
  const listed = rated.map(name => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: 1`).join(", ");
  const call = `fromRatings(table, { weights: { ${listed} } })`;
  return [...byOne, reading("a weighted sum", call, given, own => fromRatings(own, { weights }))];
}

function steps(table: ColumnTable): Reading[] {
  return hasSteps(table) ? [reading("steps of solutions with labels", "fromSteps", table, fromSteps)] : [];
}
