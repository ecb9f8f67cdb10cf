// The report of `npm run ablations`: tables over runs, and figures.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import * as tw from "../../src";
import type { RunFiles } from "../lib/run-files";
import { readManual, type SplitRun } from "./files";
import { columns, differenceTable, headings, meanTable, withHeadings } from "./tables";
import { promptVariants } from "./variants";

/** Writes tables.md and the figures of all runs in the folder, and prints the tables. */
export async function report(folder: string, files: RunFiles<SplitRun, tw.PromptRow>): Promise<void> {
  const order = Object.keys(promptVariants);
  const runs = files.runs().sort((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant));
  const splits = [...new Set(runs.map(({ split }) => split))];
  const table = aq.from(runs) as aq.ColumnTable;
  const against = { values: columns, method: "variant", baseline: "guided", by: ["split", "seed"] };
  const differences = tw.evaluation.runDifferences(table, against);
  const text = `Mean ± half the 95 % interval over runs:

${meanTable(
  runs,
  splits.map(split => readManual(folder, split)!),
)}

Difference from guided on the same split and seed, mean ± half the 95 % interval over pairs:

${differenceTable(differences.objects() as SplitRun[])}
`;
  fs.writeFileSync(path.join(folder, "tables.md"), text);
  console.log(text);

  const values = [headings.policyScore, headings.bestScore, headings.testScore, headings.testAccuracy];
  const rounds = aq.from(runs.flatMap(run => roundScores(files, run))) as aq.ColumnTable;
  const many = new Set(runs.map(({ variant }) => variant)).size > 4;
  const figures = {
    variants: tw.figures.ablationBars(withHeadings(table), { values, baseline: "guided" }),
    differences: tw.figures.ablationBars(withHeadings(differences), {
      values,
      title: "Difference from guided on the same split and seed",
    }),
    "learning-curves": tw.figures.learningCurves(rounds, {
      names: ["score"],
      x: "round",
      line: "variant",
      band: many ? "none" : "confidence",
    }),
  };
  for (const [name, figure] of Object.entries(figures))
    for (const ending of ["html", "json"]) await tw.figures.saveFigure(figure, path.join(folder, `${name}.${ending}`));
}

/**
 * Mean score of the samples of each round; runs are aligned by rounds, since they score different numbers of prompts.
 */
const roundScores = (files: RunFiles<SplitRun, tw.PromptRow>, run: SplitRun) =>
  run.variant === "random"
    ? []
    : files
        .rows(run)
        .filter(({ name }) => name === "score")
        .map((row, round) => ({ ...row, variant: run.variant, round }));
