// Solutions in steps with a label for each: preferences between steps, and rewards of steps to test guidance against.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, text } from "../core/options";
import { valuesOf } from "../tables/columns";
import { shown } from "./conversations";
import { type ListsTable, listsTable, type Sequence } from "./lists-table";
import { numberOf, promptsOf, withFields } from "./named-columns";

/** The columns of a table of solutions in steps. */
export interface StepColumns {
  /** The steps of one solution as a list of texts. Default "completions" or "steps". */
  steps?: string;
  /** Their labels: numbers or truth values. Default "labels". */
  labels?: string;
  /** Default "prompt" or another usual name. */
  prompt?: string;
}

const stepChecks: Checks<StepColumns> = { steps: text, labels: text, prompt: text };

interface Candidate {
  text: string;
  rating: number;
}
/** A solution: at each step the candidates for it, and the one that the next step goes on from. */
interface Solution {
  prompt: Sequence;
  steps: { candidates: Candidate[]; taken?: number }[];
}

/** Whether a table has steps as PRM800K or as TRL writes them. */
export const hasSteps = (table: aq.ColumnTable): boolean =>
  isPrm800k(withFields(table)) ||
  (["completions", "steps"].some(name => table.column(name)) && isList(table, "labels"));

const isList = (table: aq.ColumnTable, name: string) => {
  const column = table.data()[name];
  return Array.isArray(column) && Array.isArray(column.find(value => value !== null));
};
const isPrm800k = (table: aq.ColumnTable) => isList(table, "label.steps");

/**
 * Lists from steps: at each step its rated candidates, best first; the prompt is the problem with the steps before it.
 * Only PRM800K has several candidates for a step.
 *
 * Errors: an option that does not exist; no such columns; no step with two rated candidates.
 */
export function fromSteps(table: aq.ColumnTable, columns: StepColumns = {}): ListsTable {
  const found = { group: [] as number[], order: [] as number[], prompt: [] as string[], response: [] as string[] };
  let groups = 0;
  for (const { prompt, steps } of solutionsOf("fromSteps", table, columns)) {
    let before = textOf("fromSteps", prompt);
    for (const { candidates, taken } of steps) {
      if (candidates.length > 1) {
        for (const { text: step, rating } of candidates) {
          found.group.push(groups);
          found.order.push(-rating);
          found.prompt.push(before);
          found.response.push(`\n${step}`);
        }
        groups++;
      }
      if (taken === undefined) break;
      before += `\n${candidates[taken].text}`;
    }
  }
  if (groups === 0)
    fail(
      "fromSteps",
      "no step has two rated candidates",
      "For rewards of the steps of whole solutions use tw.preferences.stepRewards.",
    );
  const score = found.order.map(order => -order);
  return listsTable("fromSteps", { ...found, score, group: Int32Array.from(found.group) });
}

/**
 * The gold rewards of solutions: a row for each, with columns prompt, response, steps (texts whose sum is the response)
 * and rewards (a number for each step: the label, 1 or 0 of truth values). A solution ends at its first step without a
 * label.
 *
 * Errors: an option that does not exist; no such columns; with its row, a list of labels of another length.
 */
export function stepRewards(table: aq.ColumnTable, columns: StepColumns = {}): aq.ColumnTable {
  const rows = [...solutionsOf("stepRewards", table, columns)].map(({ prompt, steps }) => {
    const taken = steps
      .map(({ candidates, taken: at }) => candidates[at ?? 0])
      .filter((candidate): candidate is Candidate => candidate !== undefined);
    const texts = taken.map(step => `\n${step.text}`);
    return { prompt, response: texts.join(""), steps: texts, rewards: taken.map(({ rating }) => rating) };
  });
  const kept = rows.filter(({ steps }) => steps.length > 0);
  if (kept.length === 0) fail("stepRewards", "no solution has a labeled step", "Give solutions with labels.");
  return aq.table({
    prompt: kept.map(row => row.prompt),
    response: kept.map(row => row.response),
    steps: kept.map(row => row.steps),
    rewards: kept.map(row => row.rewards),
  });
}

function* solutionsOf(where: string, given: aq.ColumnTable, columns: StepColumns): Generator<Solution> {
  checkOptions(where, columns, stepChecks);
  const table = withFields(given);
  const prompts = promptsOf(where, table, columns.prompt);
  const promptOf = (row: number): Sequence => prompts?.[row] ?? "";
  if (columns.steps === undefined && isPrm800k(table)) {
    const all = valuesOf(table, "label.steps");
    for (let row = 0; row < all.length; row++)
      yield { prompt: promptOf(row), steps: Array.isArray(all[row]) ? (all[row] as object[]).map(prmStep) : [] };
    return;
  }
  const name = columns.steps ?? ["completions", "steps"].find(own => table.column(own)) ?? "completions";
  const labelName = columns.labels ?? "labels";
  for (const own of [name, labelName])
    if (!table.column(own))
      fail(where, `there is no column "${own}"`, `The table has ${table.columnNames().join(", ")}.`);
  const [texts, labels] = [valuesOf(table, name), valuesOf(table, labelName)];
  for (let row = 0; row < texts.length; row++) {
    const [steps, own] = [texts[row], labels[row]];
    if (!Array.isArray(steps) || !Array.isArray(own) || steps.length !== own.length)
      fail(where, `row ${row} has not as many labels as steps`, "Give two lists of the same length in every row.");
    const rated = steps.map((step, i) => ({ text: String(step), rating: ratingOf(own[i]) }));
    const end = rated.findIndex(({ rating }) => rating === undefined);
    const whole = (end < 0 ? rated : rated.slice(0, end)) as Candidate[];
    yield { prompt: promptOf(row), steps: whole.map(step => ({ candidates: [step], taken: 0 })) };
  }
}

/** A step of PRM800K: its candidates with ratings −1, 0, 1, and which was chosen; a human's step counts as right. */
function prmStep(step: any) {
  const all: any[] = Array.isArray(step?.completions) ? step.completions : [];
  const kept = all.flatMap((own, i) => {
    const rating = ratingOf(own?.rating);
    return rating === undefined || typeof own.text !== "string" ? [] : [{ i, text: own.text as string, rating }];
  });
  const human = step?.human_completion?.text;
  const candidates: Candidate[] = kept.map(({ text: own, rating }) => ({ text: own, rating }));
  if (typeof human === "string" && !Number.isInteger(step.chosen_completion))
    return { candidates: [...candidates, { text: human, rating: 1 }], taken: candidates.length };
  const taken = kept.findIndex(({ i }) => i === step?.chosen_completion);
  return { candidates, taken: taken < 0 ? undefined : taken };
}

function ratingOf(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === "+" || value === "-") return value === "+" ? 1 : 0;
  const number = numberOf(value);
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

function textOf(where: string, prompt: Sequence): string {
  if (typeof prompt === "string") return prompt;
  return fail(where, `a problem is ${shown(prompt)}`, "Give problems as texts.");
}
