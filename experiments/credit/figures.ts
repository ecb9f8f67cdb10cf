// The figures of token credit.

import * as aq from "arquero";
import type { Figure } from "../../src/figures/figure";
import { learningCurves } from "../../src/figures/learning-curves";
import type { KnownDifference } from "./known-differences";

/** The difference of two methods against scored sequences, a line for each length, with 95 % bands over seeds. */
export function differenceCurves(
  differences: readonly KnownDifference[],
  options: { comparison: KnownDifference["comparison"]; title?: string },
): Figure {
  const { comparison, title } = options;
  const [name, x] = [`difference at ${comparison}`, "scored sequences"];
  const rows = differences
    .filter(row => row.comparison === comparison)
    .map(({ length, scored, difference }) => ({ line: `${length} tokens`, [x]: scored, name, value: difference }));
  const figure = learningCurves(aq.from(rows) as aq.ColumnTable, {
    names: [name],
    line: "line",
    x,
    band: "confidence",
    title,
  });
  return logarithmic(figure, [...new Set(differences.map(({ scored }) => scored))]);
}

/** With a logarithmic horizontal axis that has these ticks. */
function logarithmic(figure: Figure, tickvals: number[]): Figure {
  const xaxis = { ...(figure.layout.xaxis as object), type: "log", tickvals, ticktext: tickvals.map(String) };
  return { ...figure, layout: { ...figure.layout, xaxis } };
}
