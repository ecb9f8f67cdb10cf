import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, either, oneOf, text } from "../core/options";
import { warn } from "../core/warn";
import { type Values, valuesOf } from "../tables/columns";
import { sameTurn } from "./conversations";
import { impliedPrompt } from "./implied-prompt";
import type { ListsTable, Message, Sequence } from "./lists-table";
import {
  findColumn,
  needColumn,
  numbersOf,
  promptsOf,
  sequences,
  truth,
  usualAnnotators,
  withFields,
} from "./named-columns";

/** The columns of a table of pairs, one pair a row. */
export interface PairColumns {
  /** Default "chosen", "chosen_response", "preferred" or "accepted", the first that is there. */
  chosen?: string;
  /** Default "rejected", "rejected_response", "dispreferred". */
  rejected?: string;
  /**
   * Default "prompt" or another usual name, if there is such a column; else what chosen and
   * rejected begin with alike. `null`: there are no prompts, responses are whole.
   */
  prompt?: string | null;
  /** Where an implied prompt of text ends, say "\n\nAssistant:". Default: where the two begin to differ. */
  promptEnd?: string;
  /** Utilities of the two. Defaults such as "score_chosen" and "chosen_rating", if they are there. */
  chosenScore?: string;
  rejectedScore?: string;
  /** By how much chosen is better. Default "margin", if it is there. */
  margin?: string;
  /** True or 1 where neither is better; missing says false. Default "tie", if it is there. */
  tie?: string;
  /** Who judged. Default "annotator", "worker", "judge" or another usual name. */
  annotator?: string;
  /**
   * Pairs that are not tied and whose chosen response has the lower score: keep them as they are, say so once ("warn",
   * a warning of the process), leave them out, or refuse the table. `audit` counts those that stay. Default "warn".
   */
  contradicted?: "keep" | "warn" | "drop" | "fail";
}

const pairChecks: Checks<PairColumns> = {
  chosen: text,
  rejected: text,
  prompt: either(text, { expected: "null", accepts: value => value === null }),
  promptEnd: text,
  chosenScore: text,
  rejectedScore: text,
  margin: text,
  tie: text,
  annotator: text,
  contradicted: oneOf("keep", "warn", "drop", "fail"),
};

/**
 * Lists of two from pairs: texts or conversations, with the prompt in a column of its own, or as the common beginning
 * of both. Conversations that repeat a text prompt as their first messages get these as their prompt.
 *
 * Errors: an option that does not exist; no such column; with its row, a value of another kind, a conversation beside a
 * text; scores that contradict the choice, where `contradicted` says so or leaves no pair.
 */
export function fromPairs(given: aq.ColumnTable, columns: PairColumns = {}): ListsTable {
  checkOptions("fromPairs", columns, pairChecks);
  const table = withFields(given);
  const find = (name: string | undefined, ...usual: string[]) => findColumn("fromPairs", table, name, usual);
  const need = (option: "chosen" | "rejected") =>
    needColumn("fromPairs", table, option, columns[option], option === "chosen" ? usualChosen : usualRejected);
  const numbers = (name: string | undefined) => name && numbersOf("fromPairs", table, name);
  const chosen = sequences("fromPairs", table, need("chosen"));
  const rejected = sequences("fromPairs", table, need("rejected"));
  const prompts = columns.prompt === null ? undefined : promptsOf("fromPairs", table, columns.prompt);
  const margins = numbers(find(columns.margin, "margin"));
  const scores = [
    numbers(find(columns.chosenScore, ...scoreNames("chosen"))),
    numbers(find(columns.rejectedScore, ...scoreNames("rejected"))),
  ];
  const tieName = find(columns.tie, "tie");
  const ties = tieName === undefined ? undefined : valuesOf(table, tieName);
  const tied = (pair: number) => {
    const tie = ties?.[pair];
    const missing = tie === undefined || tie === null || tie === "" || Number.isNaN(tie);
    return !missing && truth("fromPairs", tie, `${tieName} of row ${pair}`);
  };
  const annotatorName = find(columns.annotator, ...usualAnnotators);
  const annotators: Values | undefined = annotatorName === undefined ? undefined : valuesOf(table, annotatorName);

  if (columns.promptEnd !== undefined && !prompts) needPromptEnd(chosen, rejected, columns.promptEnd);
  const sources = consistentPairs(table.numRows(), scores, tied, columns.contradicted);
  const rows = 2 * sources.length;
  const out = {
    list: new Int32Array(rows),
    rank: new Int32Array(rows),
    prompt: new Array<Sequence>(rows),
    response: new Array<Sequence>(rows),
  };
  const score = scores[0] && scores[1] && new Float64Array(rows);
  const margin = margins && new Float64Array(rows).fill(Number.NaN);
  const annotator = annotators && new Array<unknown>(rows);
  for (const [list, pair] of sources.entries()) {
    const [best, other] = [2 * list, 2 * list + 1];
    if (Array.isArray(chosen[pair]) !== Array.isArray(rejected[pair]))
      fail("fromPairs", `row ${pair} has a conversation beside a text`, "Give both in the same form.");
    const split = splitPair(chosen[pair], rejected[pair], prompts?.[pair], columns);
    out.list[best] = out.list[other] = list;
    out.rank[best] = 1;
    out.rank[other] = tied(pair) ? 1 : 2;
    out.prompt[best] = out.prompt[other] = split.prompt;
    out.response[best] = split.chosen;
    out.response[other] = split.rejected;
    if (score) {
      score[best] = (scores[0] as ArrayLike<number>)[pair];
      score[other] = (scores[1] as ArrayLike<number>)[pair];
    }
    if (margin) margin[best] = (margins as ArrayLike<number>)[pair];
    if (annotator) annotator[best] = annotator[other] = annotators![pair];
  }
  return aq.table({ ...out, ...(score && { score }), ...(margin && { margin }), ...(annotator && { annotator }) });
}

export const usualChosen = ["chosen", "chosen_response", "preferred", "preferred_response", "accepted"];
export const usualRejected = ["rejected", "rejected_response", "dispreferred", "dispreferred_response"];
const scoreNames = (side: string) => [`score_${side}`, `${side}_score`, `${side}_rating`, `rating_${side}`];

/** The rows of the pairs that stay. */
function consistentPairs(
  pairs: number,
  [chosen, rejected]: (ArrayLike<number> | undefined | "")[],
  tied: (pair: number) => boolean,
  contradicted: PairColumns["contradicted"] = "warn",
): number[] {
  const all = Array.from({ length: pairs }, (_, pair) => pair);
  if (!chosen || !rejected || contradicted === "keep") return all;
  const against = all.filter(pair => chosen[pair] < rejected[pair] && !tied(pair));
  if (against.length === 0) return all;
  const [first] = against;
  const example = `first in row ${first} (${chosen[first]} against ${rejected[first]})`;
  const found = `in ${against.length} of ${pairs} pairs the chosen response has the lower score, ${example}`;
  if (contradicted === "fail" || (contradicted === "drop" && against.length === pairs))
    fail("fromPairs", found, 'Correct the rows, or decide by `contradicted`: "keep", "warn" or "drop".');
  if (contradicted === "warn") {
    warn("fromPairs", found, 'They are kept; say `contradicted: "drop"` to leave them out, or "keep" for no warning.');
    return all;
  }
  const dropped = new Set(against);
  return all.filter(pair => !dropped.has(pair));
}

/** Errors: texts none of which has the end of the prompt in what both begin with. Warns where some lack it. */
function needPromptEnd(chosen: ArrayLike<Sequence>, rejected: ArrayLike<Sequence>, promptEnd: string): void {
  let [texts, lacking, first] = [0, 0, -1];
  for (let pair = 0; pair < chosen.length; pair++) {
    if (typeof chosen[pair] !== "string" || typeof rejected[pair] !== "string") continue;
    texts++;
    if (impliedPrompt(chosen[pair], rejected[pair], promptEnd).prompt !== "") continue;
    if (lacking++ === 0) first = pair;
  }
  const found = `${JSON.stringify(promptEnd)} is not in what both responses begin with`;
  if (lacking === 0) return;
  if (lacking === texts)
    fail(
      "fromPairs",
      `${found} in any of ${texts} pairs`,
      'Give the text that ends the prompts, such as "\\n\\nAssistant:".',
    );
  warn("fromPairs", `${found} in ${lacking} of ${texts} pairs, first in row ${first}`, "These have no prompt.");
}

function splitPair(chosen: Sequence, rejected: Sequence, prompt: Sequence | undefined, columns: PairColumns) {
  if (columns.prompt === null) return { prompt: "", chosen, rejected };
  if (prompt === undefined) return impliedPrompt(chosen, rejected, columns.promptEnd);
  if (typeof chosen[0] === "object" && typeof rejected[0] === "object" && typeof prompt[0] !== "number") {
    if (typeof prompt !== "string") {
      const behind = [chosen, rejected].map(turns => behindPrompt(prompt as readonly Message[], turns as Message[]));
      return { prompt, chosen: behind[0] ?? chosen, rejected: behind[1] ?? rejected };
    }
    const split = impliedPrompt(chosen, rejected);
    if (split.prompt !== "") return split;
  }
  return { prompt, chosen, rejected };
}

/** What follows the prompt in a conversation that repeats it; undefined in one that does not. */
function behindPrompt(prompt: readonly Message[], turns: readonly Message[]): readonly Message[] | undefined {
  const repeats = turns.length > prompt.length && prompt.every((turn, i) => sameTurn(turn, turns[i]));
  return repeats ? turns.slice(prompt.length) : undefined;
}
