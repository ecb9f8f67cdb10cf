// The Markdown tables of `npm run ablations`.

import type { ColumnTable } from "arquero";
import { mean } from "../../src/core/mean";
import { meanInterval } from "../../src/core/mean-interval";
import { groupedBy } from "../../src/figures/columns";
import { markdown } from "../lib/markdown";
import type { Manual, PromptScores, SplitRun } from "./files";

/** The compared values of a run, as tables and figures name them. */
export const headings = {
  evaluations: "evaluations",
  policyScore: "policy score",
  lastRoundScore: "last round score",
  bestScore: "best score",
  testScore: "test score",
  testAccuracy: "test accuracy",
  agreement: "agreement",
} as const;
type Column = keyof typeof headings;
export const columns = Object.keys(headings) as Column[];

/** Decimals in tables. */
const digits: Record<Column, number> = {
  evaluations: 0,
  policyScore: 1,
  lastRoundScore: 1,
  bestScore: 1,
  testScore: 1,
  testAccuracy: 3,
  agreement: 2,
};

/** A table of runs or differences with its columns named by their headings, for figures. */
export const withHeadings = (table: ColumnTable): ColumnTable => table.rename(headings);

/** Mean and 95 % interval of each variant over its runs, then the baselines without a search over all splits. */
export function meanTable(runs: SplitRun[], manual: Manual[]): string {
  const searched = [...groupedBy(runs, ({ variant }) => variant)].map(([variant, own]) => [
    variant,
    String(own.length),
    ...columns.map(column => interval(own, column)),
  ]);
  const unsearched = (name: string, prompts: PromptScores[], average: (values: number[]) => number) => [
    name,
    "",
    ...columns.map(column =>
      column in prompts[0]
        ? average(prompts.map(prompt => prompt[column as keyof PromptScores])).toFixed(digits[column])
        : "",
    ),
  ];
  const written = manual.flatMap(({ manual }) => manual);
  const empty = manual.map(({ empty }) => empty);
  return markdown([
    ["variant", "runs", ...Object.values(headings)],
    ...searched,
    unsearched("manual prompts, median", written, median),
    unsearched("no prompt", empty, mean),
  ]);
}

/** The same for differences, as `runDifferences` gives them. Bold: the interval excludes 0. */
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
  return markdown([["variant − guided", "pairs", ...compared.map(column => headings[column])], ...lines]);
}

const finite = (runs: SplitRun[], column: Column): number[] =>
  runs.map(run => run[column]).filter((value): value is number => Number.isFinite(value));

/** "mean ± half the interval"; the mean alone for a single run, and an empty cell without runs. */
function interval(runs: SplitRun[], column: Column, plus = ""): string {
  const values = finite(runs, column);
  if (values.length === 0) return "";
  const { mean, high } = meanInterval(values);
  const shown = (value: number) => value.toFixed(digits[column]).replace("-", "−");
  const signed = `${mean > 0 ? plus : ""}${shown(mean)}`;
  return values.length > 1 ? `${signed} ± ${shown(high - mean)}` : signed;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
