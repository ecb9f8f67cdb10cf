import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { groupedBy, requireColumns } from "./columns";
import { axis, colour, escaped, type Figure, layout, stroke } from "./figure";
import { type Band, spread, spreadArea } from "./spread";

export interface LearningCurvesOptions {
  /** The quantities to draw, one panel each, top to bottom. */
  names: string[];
  /** The column that tells lines apart, say the method. Default "method"; one line when the table has none. */
  line?: string;
  /** The column along the horizontal axis. Default "step". */
  x?: string;
  /** How the runs of a line spread at a step: the rows that share line, name and step. Default "range"; many bands hide each other. */
  band?: Band | "none";
  title?: string;
}

type Row = { name: string; value: number } & Record<string, unknown>;

/**
 * Mean over the runs at every step, with a band around it where there are several runs.
 *
 * @param rows a run's log, or several concatenated: columns step, name, value, and `line` if there is one
 *
 * Errors: a column that is not there, a name without rows.
 */
export function learningCurves(rows: ColumnTable, options: LearningCurvesOptions): Figure {
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
      xaxis: { title: { text: escaped(x) }, gridcolor: "#e5e5e5", zeroline: false },
      ...Object.fromEntries(
        names.map((name, panel) => [
          `yaxis${axis(panel)}`,
          { title: { text: escaped(name) }, gridcolor: "#e5e5e5", zeroline: false },
        ]),
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
  const area = { ...shared, name: `${name} (${band})`, ...spreadArea(x, spreads, colour(at)) };
  return [area, mean];
}
