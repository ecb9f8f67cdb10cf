import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, either, listOf, oneOf, required, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { axis, escaped, type Figure, gridAxis, layout, seriesColor, stroke } from "./figure";
import { type Band, band as bandCheck, spread, spreadArea } from "./spread";

/** What `learningCurves` draws. */
export interface LearningCurvesOptions {
  /** Quantities to draw, one panel each, top to bottom. */
  names: string[];
  /** Column that names the line of each row. Default "method"; without such a column there is one line. */
  line?: string;
  /** Column of the horizontal axis. Default "step". */
  x?: string;
  /**
   * Extent of the band around the mean of several runs: rows with the same line, name and step. Default "range"; use
   * "none" if many bands would overlap.
   */
  band?: Band | "none";
  title?: string;
}

const learningCurvesChecks: Checks<LearningCurvesOptions> = {
  names: required(listOf(text)),
  line: text,
  x: text,
  band: either(bandCheck, oneOf("none")),
  title: text,
};

type Row = { name: string; value: number } & Record<string, unknown>;

/**
 * The mean over runs at every step, with a band if there are several runs.
 *
 * @param rows the log of a run, or several concatenated: columns step, name and value, and optionally `line`
 *
 * Errors: a missing column; a name without rows.
 */
export function learningCurves(rows: ColumnTable, options: LearningCurvesOptions): Figure {
  checkOptions("learningCurves", options, learningCurvesChecks);
  const { names, line = "method", x = "step", band = "range", title } = options;
  requireColumns("learningCurves", rows, [x, "name", "value"]);
  const all = rows.objects() as Row[];
  const lines = [...new Set(all.filter(row => names.includes(row.name)).map(row => row[line]))];
  const data = names.flatMap((name, panel) => {
    const byLine = groupedBy(
      all.filter(row => row.name === name),
      row => row[line],
    );
    if (byLine.size === 0) {
      const known = [...new Set(all.map(row => row.name))].join(", ");
      fail("learningCurves", `no row has the name "${name}"`, `There is ${known || "no row at all"}.`);
    }
    return [...byLine].flatMap(([key, own]) => traces(own, { key, panel, x, band, at: lines.indexOf(key) }));
  });
  return {
    data,
    layout: layout({
      title,
      height: 120 + 220 * names.length,
      grid: { rows: names.length, columns: 1, pattern: "coupled" },
      showlegend: lines.length > 1,
      xaxis: { title: { text: escaped(x) }, ...gridAxis },
      ...Object.fromEntries(
        names.map((name, panel) => [`yaxis${axis(panel)}`, { title: { text: escaped(name) }, ...gridAxis }]),
      ),
    }),
  };
}

interface Line {
  key: unknown;
  panel: number;
  x: string;
  band: Band | "none";
  at: number;
}

function traces(rows: Row[], { key, panel, x: along, band, at }: Line) {
  const bySteps = [...groupedBy(rows, row => row[along] as number)].sort(([a], [b]) => a - b);
  const x = bySteps.map(([step]) => step);
  const spreads = bySteps.map(([, runs]) =>
    spread(
      runs.map(run => run.value),
      band === "none" ? "range" : band,
    ),
  );
  const shared = { type: "scatter", xaxis: "x", yaxis: `y${axis(panel)}`, legendgroup: String(key) };
  const name = key === undefined ? rows[0].name : escaped(String(key));
  const mean = {
    ...shared,
    name,
    x,
    y: spreads.map(s => s.mean),
    mode: x.length > 1 ? "lines" : "markers",
    line: { ...stroke(at), width: 2 },
    showlegend: panel === 0,
  };
  if (band === "none" || bySteps.every(([, runs]) => runs.length === 1)) return [mean];
  const area = { ...shared, name: `${name} (${band})`, ...spreadArea(x, spreads, seriesColor(at)) };
  return [area, mean];
}
