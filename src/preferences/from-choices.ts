import * as aq from "arquero";
import { fail } from "../core/errors";
import { anything, type Checks, checkOptions, either, fields, listOf, oneOf, required, text } from "../core/options";
import { warn } from "../core/warn";
import { type Values, valuesOf } from "../tables/columns";
import { bothColumn, modelColumns, responseColumns, responsesOf, scoreColumns } from "./choice-columns";
import { impliedPrompt } from "./implied-prompt";
import type { ListsTable, Sequence } from "./lists-table";
import { findColumn, listed, numbersOf, promptsOf, sequencesOf, usualAnnotators, withFields } from "./named-columns";
import { FIRST, MISSING, readWinners, SECOND, TIE, type WinnerValues } from "./winners";

/** The columns of a table with two responses in a row and the choice between them. */
export interface ChoiceColumns {
  /**
   * The two responses. Default: columns whose names differ only in their ends, such as response_a and response_b,
   * output_1 and output_2, human_ref_A and human_ref_B.
   */
  first?: string;
  second?: string;
  /** Instead of them: a column with both in a list, as texts or as records. Default: such a column. */
  responses?: string;
  /**
   * Who won: the name or letter of one of the two, its number, who wrote it, a strength with a sign; or a column for
   * each annotator. Default: "winner", "preference", "choice", "label" or another usual name, else "annotator1",
   * "annotator2" and so on; else the scores decide.
   */
  winner?: string | readonly string[];
  /** The values of `winner`, where they can be read in several ways: `{ first: 0, second: 1, tie: 2 }`. */
  values?: WinnerValues;
  /** Rows without a winner: refuse them, leave them out, or take them for ties. Default "fail". */
  missing?: "fail" | "drop" | "tie";
  /** Rows where neither is better: keep them as ties, or leave them out. Default "keep". */
  ties?: "keep" | "drop";
  /** Scores of the two. Default: such as score_a and score_b. */
  firstScore?: string;
  secondScore?: string;
  /** Default "prompt" or another usual name; else what both conversations begin with. */
  prompt?: string;
  /** Who judged. Default "annotator", "worker", "judge" or another usual name. */
  annotator?: string;
  /** Rows whose winner has the lower score: see `fromPairs`. Default "warn". */
  contradicted?: "keep" | "warn" | "drop" | "fail";
}

const choiceChecks: Checks<ChoiceColumns> = {
  first: text,
  second: text,
  responses: text,
  winner: either(text, listOf(text)),
  values: fields<WinnerValues>({ first: required(anything), second: required(anything), tie: anything }),
  missing: oneOf("fail", "drop", "tie"),
  ties: oneOf("keep", "drop"),
  firstScore: text,
  secondScore: text,
  prompt: text,
  annotator: text,
  contradicted: oneOf("keep", "warn", "drop", "fail"),
};

export const usualWinners = [
  "winner",
  "choice",
  "preference",
  "preferred",
  "overall_preference",
  "better",
  "verdict",
  "judgment",
  "label",
  "labels",
];

/**
 * Lists of two from rows with two responses and the choice between them. Ties are kept unless said otherwise; scores of
 * the two stay as scores, and decide where no column names the winner.
 *
 * Errors: an option that does not exist; no such columns; values of the winner that can be read in several ways, with
 * the calls that say which; rows without a winner; with its row, a value that is none of the winner's.
 */
export function fromChoices(given: aq.ColumnTable, columns: ChoiceColumns = {}): ListsTable {
  checkOptions("fromChoices", columns, choiceChecks);
  const table = withFields(given);
  const pair = pairOf(table, columns);
  const responses = pair.values.map((values, i) => sequencesOf("fromChoices", values, pair.names[i]));
  const found = scoreColumns(table);
  const scoreNames = [columns.firstScore ?? found?.first, columns.secondScore ?? found?.second];
  const scores = scoreNames.every(name => name !== undefined)
    ? (scoreNames.map(name => numbersOf("fromChoices", table, findColumn("fromChoices", table, name, [])!)) as [
        ArrayLike<number>,
        ArrayLike<number>,
      ])
    : undefined;
  const judges = judgementsOf(table, columns, pair, scores);
  const prompts = promptsOf("fromChoices", table, columns.prompt, pair.names);
  const annotatorName = findColumn("fromChoices", table, columns.annotator, usualAnnotators);
  const annotators: Values | undefined = annotatorName === undefined ? undefined : valuesOf(table, annotatorName);

  const rows: { row: number; outcome: number; annotator: unknown }[] = [];
  for (let row = 0; row < table.numRows(); row++)
    for (const { name, outcomes } of judges)
      rows.push({ row, outcome: outcomes[row], annotator: judges.length > 1 ? name : annotators?.[row] });
  const kept = consistent(judgedRows(rows, columns), scores, columns.contradicted);

  const split = kept.map(({ row }) => {
    const [first, second] = responses.map(values => values[row]);
    return prompts ? { prompt: prompts[row], first, second } : implied(first, second);
  });
  const out = <T>(of: (list: number, second: boolean) => T): T[] =>
    Array.from({ length: 2 * kept.length }, (_, i) => of(i >> 1, (kept[i >> 1].outcome === SECOND) !== (i % 2 === 1)));
  return aq.table({
    list: Int32Array.from({ length: 2 * kept.length }, (_, i) => i >> 1),
    rank: Int32Array.from({ length: 2 * kept.length }, (_, i) => (i % 2 && kept[i >> 1].outcome !== TIE ? 2 : 1)),
    prompt: out(list => split[list].prompt),
    response: out((list, second) => (second ? split[list].second : split[list].first)),
    ...(scores && { score: Float64Array.from(out((list, second) => scores[second ? 1 : 0][kept[list].row])) }),
    ...((annotators || judges.length > 1) && { annotator: out(list => kept[list].annotator) }),
  });
}

interface Pair {
  names: [string, string];
  ends: [string, string];
  values: [Values, Values];
}

/** The two responses. Errors: none of the usual names, or several pairs of them. */
function pairOf(table: aq.ColumnTable, { first, second, responses }: ChoiceColumns): Pair {
  const values = (name: string) => valuesOf(table, findColumn("fromChoices", table, name, [])!);
  if (first !== undefined && second !== undefined)
    return { names: [first, second], ends: [first, second], values: [values(first), values(second)] };
  const pairs = responses === undefined ? responseColumns(table) : [];
  if (pairs.length > 1)
    fail(
      "fromChoices",
      `two responses may be ${pairs.map(pair => `${pair.first} and ${pair.second}`).join(", or ")}`,
      `Say which: fromChoices(table, { first: "${pairs[0].first}", second: "${pairs[0].second}" }).`,
    );
  const [pair] = pairs;
  if (pair)
    return { names: [pair.first, pair.second], ends: pair.ends, values: [values(pair.first), values(pair.second)] };
  const both = findColumn("fromChoices", table, responses, []) ?? bothColumn(table);
  if (both === undefined)
    fail(
      "fromChoices",
      "no two columns are responses by their names",
      `Name them by "first" and "second"; the table has ${listed(table)}.`,
    );
  return { names: [`${both}[0]`, `${both}[1]`], ends: ["0", "1"], values: responsesOf(table, both) };
}

/** The judgements of each annotator, in columns of their own; or what the scores say. */
function judgementsOf(
  table: aq.ColumnTable,
  { winner, values: said }: ChoiceColumns,
  { names, ends }: Pair,
  scores: [ArrayLike<number>, ArrayLike<number>] | undefined,
) {
  const oneHot = winner === undefined ? oneHotWinner(table) : undefined;
  if (oneHot) return [{ name: "winner", outcomes: oneHot }];
  const usual = winner === undefined ? usualWinners.find(name => table.column(name)) : undefined;
  const columns =
    typeof winner === "string" ? [winner] : (winner ?? (usual === undefined ? judgeColumns(table) : [usual]));
  if (columns.length === 0 && !scores)
    fail("fromChoices", "no column says who won", `Name it by the option "winner"; the table has ${listed(table)}.`);
  if (columns.length === 0) {
    const [first, second] = scores!;
    const outcomes = Uint8Array.from({ length: table.numRows() }, (_, row) => {
      if (Number.isNaN(first[row]) || Number.isNaN(second[row])) return MISSING;
      return first[row] === second[row] ? TIE : first[row] > second[row] ? FIRST : SECOND;
    });
    return [{ name: "scores", outcomes }];
  }
  const written = modelColumns(table);
  const models: [Values, Values] | undefined = written && [
    valuesOf(table, written.first),
    valuesOf(table, written.second),
  ];
  return columns.map(name => {
    const values = valuesOf(table, findColumn("fromChoices", table, name, [])!);
    return { name, ...readWinners({ where: "fromChoices", name, values, ends, names, models, scores, said }) };
  });
}

/** Columns of the winners of several annotators: annotator1, annotator2, as PandaLM has them. */
export function judgeColumns(table: aq.ColumnTable): string[] {
  const found = table.columnNames().filter(name => /^(?:annotator|judge|rater)_?\d+$/i.test(name));
  return found.length > 1 ? found : [];
}

/** Three columns of 0 and 1: winner_model_a, winner_model_b, winner_tie. */
function oneHotWinner(table: aq.ColumnTable): Uint8Array | undefined {
  const names = ["winner_model_a", "winner_model_b", "winner_tie"];
  if (!names.slice(0, 2).every(name => table.column(name))) return undefined;
  const columns = names.filter(name => table.column(name)).map(name => valuesOf(table, name));
  return Uint8Array.from({ length: table.numRows() }, (_, row) => {
    const won = columns.findIndex(values => Number(values[row]) === 1);
    return won < 0 ? MISSING : won;
  });
}

/** The rows that stay, those without a winner as `missing` says. */
function judgedRows<Row extends { row: number; outcome: number }>(rows: readonly Row[], columns: ChoiceColumns): Row[] {
  const { missing = "fail", ties = "keep" } = columns;
  const lacking = rows.filter(({ outcome }) => outcome === MISSING);
  if (lacking.length > 0 && missing === "fail")
    fail(
      "fromChoices",
      `${lacking.length} of ${rows.length} rows have no winner, the first is row ${lacking[0].row}`,
      'They are ties, or were not judged: say fromChoices(table, { missing: "tie" }) or { missing: "drop" }.',
    );
  const read = rows.map(own => (own.outcome === MISSING && missing === "tie" ? { ...own, outcome: TIE } : own));
  const kept = read.filter(({ outcome }) => outcome !== MISSING && (ties === "keep" || outcome !== TIE));
  if (kept.length === 0) fail("fromChoices", "no row has a winner", "Give one that does.");
  return kept;
}

/** The rows that stay where scores contradict the choice. */
function consistent<Row extends { row: number; outcome: number }>(
  rows: Row[],
  scores: [ArrayLike<number>, ArrayLike<number>] | undefined,
  contradicted: ChoiceColumns["contradicted"] = "warn",
): Row[] {
  if (!scores || contradicted === "keep") return rows;
  const isAgainst = ({ row, outcome }: Row) =>
    (outcome === FIRST && scores[0][row] < scores[1][row]) || (outcome === SECOND && scores[1][row] < scores[0][row]);
  const against = rows.filter(isAgainst);
  if (against.length === 0) return rows;
  const found = `in ${against.length} of ${rows.length} rows the winner has the lower score, first in row ${against[0].row}`;
  if (contradicted === "fail" || (contradicted === "drop" && against.length === rows.length))
    fail("fromChoices", found, 'Correct the rows, or decide by `contradicted`: "keep", "warn" or "drop".');
  if (contradicted === "drop") return rows.filter(row => !isAgainst(row));
  warn("fromChoices", found, 'They are kept; say `contradicted: "drop"` to leave them out, or "keep" for no warning.');
  return rows;
}

/** Whole conversations begin with the prompt; texts of a table without prompts answer the same one, "". */
function implied(first: Sequence, second: Sequence) {
  if (typeof first === "string" || typeof second === "string") return { prompt: "" as Sequence, first, second };
  const { prompt, chosen, rejected } = impliedPrompt(first, second);
  return { prompt, first: chosen, second: rejected };
}
