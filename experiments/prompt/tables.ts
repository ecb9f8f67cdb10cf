// The tables of the ablations, in Markdown.

import { mean } from "../../src/core/mean";
import { meanInterval } from "../../src/core/mean-interval";
import { groupedBy } from "../../src/figures/columns";
import { markdown } from "../lib/markdown";
import type { Manual, Measured, SplitRun } from "./files";

/** What is compared, with the digits that it is shown with. */
const digits = {
  evaluations: 0,
  "policy score": 1,
  "last round score": 1,
  "best score": 1,
  "test score": 1,
  "test accuracy": 3,
  agreement: 2,
};
type Column = keyof typeof digits;
export const columns = Object.keys(digits) as Column[];

/** Where prompts that nobody searched for have a value. */
const measured: Partial<Record<Column, keyof Measured>> = {
  "best score": "search",
  "test score": "test",
  "test accuracy": "accuracy",
};

/** Mean and 95 % interval of each variant over its runs, then what prompts without a search are worth, over all splits. */
export function meanTable(runs: SplitRun[], manual: Manual[]): string {
  const searched = [...groupedBy(runs, ({ variant }) => variant)].map(([variant, own]) => [
    variant,
    String(own.length),
    ...columns.map(column => interval(own, column)),
  ]);
  const given = (name: string, prompts: Measured[], middle: (values: number[]) => number) => [
    name,
    "",
    ...columns.map(column => {
      const value = measured[column];
      return value ? middle(prompts.map(prompt => prompt[value])).toFixed(digits[column]) : "";
    }),
  ];
  const people = manual.flatMap(({ people }) => people);
  return markdown([
    ["variant", "runs", ...columns],
    ...searched,
    given(`manual prompts, median`, people, median),
    given(
      "no prompt",
      manual.map(({ none }) => none),
      mean,
    ),
  ]);
}

/** The same of differences, as `runDifferences` gives them. An interval without 0 is bold. */
export function differenceTable(differences: SplitRun[]): string {
  const compared = columns.filter(column => column !== "evaluations");
  const lines = [...groupedBy(differences, ({ variant }) => variant)].map(([variant, own]) => [
    variant,
    String(own.length),
    ...compared.map(column => {
      const { low, high } = meanInterval(finite(own, column));
      const text = interval(own, column, "+");
      return own.length > 1 && low * high > 0 ? `**${text}**` : text;
    }),
  ]);
  return markdown([["variant − guided", "pairs", ...compared], ...lines]);
}

const finite = (runs: SplitRun[], column: Column): number[] =>
  runs.map(run => run[column]).filter((value): value is number => Number.isFinite(value));

/** "mean ± half the interval", the mean alone of one run, nothing of none. */
function interval(runs: SplitRun[], column: Column, plus = ""): string {
  const values = finite(runs, column);
  if (values.length === 0) return "";
  const { mean, high } = meanInterval(values);
  const [middle, reach] = [mean, high - mean].map(value => value.toFixed(digits[column]).replace("-", "−"));
  const signed = `${mean > 0 ? plus : ""}${middle}`;
  return values.length > 1 ? `${signed} ± ${reach}` : signed;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
