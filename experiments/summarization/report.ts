// The report of `npm run summaries`: tables over seeds and documents, and figures.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import * as tw from "../../src";
import { mean } from "../../src/core/mean";
import type { Interval } from "../../src/core/mean-interval";
import { groupedBy } from "../../src/figures/columns";
import { markdown } from "../lib/markdown";
import type { RunFiles } from "../lib/run-files";
import { overSeedsAndDocuments } from "./differences";
import { leadNames, leadSummaries } from "./leads";
import { sampledPoints } from "./on-samples";
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
  const points = runs.flatMap(run => {
    const { variant, seed } = run;
    return sampledPoints(files.rows(run)).map(point => ({ variant, seed, ...point }));
  });
  const text = [
    ...decodings.map(decoding => section(decoding, decodedBy(decoding, [...leads, ...variants]))),
    ...(points.length > 0 ? [samplesSection(points)] : []),
  ].join("\n");
  fs.writeFileSync(path.join(folder, "tables.md"), text);
  console.log(text);

  const figures = {
    ...Object.fromEntries(
      decodings.map(decoding => [decoding, differenceBars(decoding, decodedBy(decoding, variants))]),
    ),
    ...(points.length > 0 && {
      samples: tw.figures.frontier(aq.from(points) as aq.ColumnTable, {
        ...equalKlColumns,
        weight: "step",
        title: "METEOR of samples of the test items while training on samples, by KL to the start",
      }),
    }),
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
    ...measures.map(measure => signed(own.find(({ score }) => score === measure)!.difference)),
  ]);
  const heads = Object.values(columns);
  return `${decoding}, mean ± std over seeds:

${markdown([["method", "seeds", "best step", ...heads], ...means])}

Difference from mle, mean over seeds with the 95 % bootstrap interval over documents and seeds:

${markdown([["method", ...heads], ...against])}
`;
}

/** Differences from plain likelihood on the same seed; what has no seeds is compared with each. */
function differences(methods: Method[]): { method: string; score: string; difference: Interval }[] {
  const base = methods.find(({ method }) => method === "mle");
  if (!base) return [];
  const documents = base.seeds[0].map(({ document }) => document);
  return methods
    .filter(method => method !== base)
    .flatMap(({ method, seeds }) =>
      measures.map(score => {
        const pairs = base.seeds.map((other, s) => ({ own: seeds[s] ?? (seeds.length === 1 ? seeds[0] : []), other }));
        const values = pairs
          .filter(({ own }) => own.length > 0)
          .map(({ own, other }) => other.map(({ scores }, n) => own[n].scores[score] - scores[score]));
        return { method, score, difference: overSeedsAndDocuments(values, documents, tw.seeded(0)) };
      }),
    );
}

type Point = { variant: string; seed: number } & ReturnType<typeof sampledPoints>[number];
const equalKlColumns = { method: "variant", score: "meteor" };

/**
 * Training on samples: how far each credit goes from where it began and what its samples score there; and at equal KL
 * against sequence credit, with t-intervals over seeds.
 */
function samplesSection(points: Point[]): string {
  const credits = [...new Set(points.map(({ variant }) => variant))];
  const means = [...groupedBy(points, ({ variant, step }) => `${variant} ${step}`).values()].map(own => [
    own[0].variant,
    String(own[0].step),
    ...(["kl", "meteor", "rouge1", "words"] as const).map(name => overSeeds(own.map(point => point[name]))),
  ]);
  const against = credits
    .filter(credit => credit !== "sequence credit" && credits.includes("sequence credit"))
    .map(credit => {
      const methods = [credit, "sequence credit"] as const;
      return [credit, signed(tw.metrics.atEqualKl(aq.from(points) as aq.ColumnTable, { ...equalKlColumns, methods }))];
    });
  return `samples of the test items while training on samples, mean ± std over seeds:

${markdown([["credit", "step", "KL to the start, nats a summary", "METEOR", "R-1", "words"], ...means])}

METEOR at equal KL, difference from sequence credit, mean over seeds with the 95 % t-interval:

${markdown([["credit", "METEOR"], ...against])}
`;
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

/** "mean [low, high]", in bold if the interval excludes 0. */
function signed({ mean, low, high }: Interval): string {
  const number = (value: number) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`.replace("-", "−");
  const text = `${number(mean)} [${number(low)}, ${number(high)}]`;
  return low * high > 0 ? `**${text}**` : text;
}
