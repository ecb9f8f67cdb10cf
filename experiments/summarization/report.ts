// The report of `npm run summaries`: tables over seeds and documents, and figures.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import * as tw from "../../src";
import { mean } from "../../src/core/mean";
import { groupedBy } from "../../src/figures/columns";
import { markdown } from "../lib/markdown";
import type { RunFiles } from "../lib/run-files";
import { leadNames, leadSummaries } from "./leads";
import type { SummarizationRun, WrittenSummary } from "./run";
import type { SummarizationTask } from "./task";
import { summarizationVariants } from "./variants";

type Decoding = WrittenSummary["decoding"];
/** The summaries of a method, a list for each seed, and the steps of the policies that wrote them. */
type Method = { method: string; seeds: WrittenSummary[][]; bestSteps?: number[] };

const columns = { rouge1: "R-1", rouge2: "R-2", rougeL: "R-L", meteor: "METEOR", words: "words" };
const measures = Object.keys(columns) as (keyof typeof columns)[];

/** Writes tables.md and the figures of all runs in the folder, and prints the tables. */
export async function report(
  folder: string,
  files: RunFiles<SummarizationRun, tw.PolicyRow>,
  task: SummarizationTask,
): Promise<void> {
  const order = Object.keys(summarizationVariants);
  const runs = files.runs().sort((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant));
  const leads = leadNames.map(name => ({ method: name as string, seeds: [leadSummaries(task, name)] }));
  const variants = [...groupedBy(runs, ({ variant }) => variant)].map(([method, own]) => ({
    method,
    seeds: own.map(({ summaries }) => summaries),
    bestSteps: own.map(({ bestStep }) => bestStep),
  }));
  const decodings = [...new Set(runs.flatMap(({ summaries }) => summaries.map(({ decoding }) => decoding)))];
  const text = decodings.map(decoding => section(decoding, decodedBy(decoding, [...leads, ...variants]))).join("\n");
  fs.writeFileSync(path.join(folder, "tables.md"), text);
  console.log(text);

  const figures = {
    ...Object.fromEntries(
      decodings.map(decoding => [decoding, differenceBars(decoding, decodedBy(decoding, variants))]),
    ),
    "learning-curves": tw.figures.learningCurves(aq.from(runs.flatMap(run => files.rows(run))) as aq.ColumnTable, {
      names: ["validation"],
      line: "variant",
    }),
  };
  for (const [name, figure] of Object.entries(figures))
    for (const ending of ["html", "json"]) await tw.figures.saveFigure(figure, path.join(folder, `${name}.${ending}`));
}

/** The methods that have summaries by this decoding, with these alone. */
const decodedBy = (decoding: Decoding, methods: Method[]): Method[] =>
  methods
    .map(({ seeds, ...own }) => ({
      ...own,
      seeds: seeds.map(summaries => summaries.filter(own => own.decoding === decoding)),
    }))
    .filter(({ seeds }) => seeds[0].length > 0);

/** Mean and std of each method over its seeds, then differences from plain likelihood with bootstrap intervals. */
function section(decoding: Decoding, methods: Method[]): string {
  const means = methods.map(({ method, seeds, bestSteps = [] }) => [
    method,
    String(seeds.length),
    bestSteps.join(", "),
    ...measures.map(measure => overSeeds(seeds.map(own => mean(own.map(({ scores }) => scores[measure]))))),
  ]);
  const rows = differences(methods);
  const against = [...groupedBy(rows, ({ method }) => method)].map(([method, own]) => [
    method,
    ...measures.map(measure => signed(own.find(({ score }) => score === measure)!)),
  ]);
  const heads = Object.values(columns);
  return `${decoding}, mean ± std over seeds:

${markdown([["method", "seeds", "best step", ...heads], ...means])}

Difference from mle, mean over seeds with the 95 % bootstrap interval over documents:

${markdown([["method", ...heads], ...against])}
`;
}

interface Difference {
  method: string;
  score: string;
  difference: number;
  differenceLow: number;
  differenceHigh: number;
}

/** Differences from plain likelihood; the scores of an item are means over seeds. */
function differences(methods: Method[]): Difference[] {
  if (!methods.some(({ method }) => method === "mle")) return [];
  const scored = methods.map(({ method, seeds }) => ({
    method,
    scores: seeds[0].map((_, n) => tw.evaluation.meanScores(seeds.map(own => own[n].scores))),
  }));
  const documents = methods[0].seeds[0].map(({ document }) => document);
  const table = tw.summaryTable(scored, { rng: tw.seeded(0), documents, baseline: "mle", draws: 10_000 });
  return (table.objects() as Difference[]).filter(({ method }) => method !== "mle");
}

function differenceBars(decoding: Decoding, methods: Method[]): tw.figures.Figure {
  const values = ["rouge1", "rouge2", "rougeL", "meteor"] as const;
  const base = methods.find(({ method }) => method === "mle");
  const runs = methods.flatMap(({ method, seeds }) =>
    method === "mle" || method === "zero-shot" || !base
      ? []
      : seeds.map((own, seed) => ({
          variant: method,
          ...Object.fromEntries(
            values.map(value => {
              const [a, b] = [own, base.seeds[seed] ?? base.seeds[0]].map(all =>
                mean(all.map(({ scores }) => scores[value])),
              );
              return [columns[value], a - b];
            }),
          ),
        })),
  );
  return tw.figures.ablationBars(aq.from(runs) as aq.ColumnTable, {
    values: values.map(value => columns[value]),
    title: `Difference from plain likelihood on the same seed, ${decoding}`,
  });
}

function overSeeds(values: number[]): string {
  const average = mean(values);
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
  return values.length > 1 ? `${average.toFixed(1)} ± ${std.toFixed(1)}` : average.toFixed(1);
}

/** "difference [low, high]", in bold if the interval excludes 0. */
function signed({ difference, differenceLow, differenceHigh }: Difference): string {
  const number = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`.replace("-", "−");
  const text = `${number(difference)} [${number(differenceLow)}, ${number(differenceHigh)}]`;
  return differenceLow * differenceHigh > 0 ? `**${text}**` : text;
}
