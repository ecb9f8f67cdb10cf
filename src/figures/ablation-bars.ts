import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { groupedBy, requireColumns } from "./columns";
import { axis, colour, escaped, type Figure, layout } from "./figure";
import { type Band, spread } from "./spread";

export interface AblationOptions {
  /** The columns to compare, one panel each, left to right. */
  values: string[];
  /** The column of the variants, drawn top to bottom in the order of first appearance. Default "variant". */
  variant?: string;
  /** The variant that the others are compared with: its mean is a line through each panel. Default: the line is at 0, for differences. */
  baseline?: string;
  /** How far the bar around the mean reaches. Default "confidence". */
  interval?: Band;
  title?: string;
}

/**
 * Variants one below the other: each run a small open point, their mean a large one with an interval.
 *
 * @param rows one row a variant and run; a value that is no number is left out
 *
 * Errors: a column or a baseline that is not there.
 */
export function ablationBars(rows: ColumnTable, options: AblationOptions): Figure {
  const { values, variant = "variant", baseline, interval = "confidence", title } = options;
  requireColumns("ablationBars", rows, [variant, ...values]);
  const byVariant = groupedBy(rows.objects() as Record<string, unknown>[], row => String(row[variant]));
  if (baseline !== undefined && !byVariant.has(baseline))
    fail("ablationBars", `there is no "${baseline}"`, `The table has ${[...byVariant.keys()].join(", ")}.`);
  const numbers = (runs: Record<string, unknown>[], value: string) =>
    runs.map(run => run[value]).filter((x): x is number => typeof x === "number" && Number.isFinite(x));
  const data = values.flatMap((value, panel) =>
    [...byVariant].flatMap(([name, runs]) => {
      const xs = numbers(runs, value);
      if (xs.length === 0) return [];
      const { mean: middle, low, high } = spread(xs, interval);
      const color = name === baseline ? colour(0) : colour(1);
      const own = { type: "scatter", mode: "markers", xaxis: `x${axis(panel)}`, yaxis: "y" };
      const points = {
        ...own,
        name: "runs",
        x: xs,
        y: xs.map(() => escaped(name)),
        marker: { color, symbol: "circle-open", size: 6, opacity: 0.6 },
      };
      const centre = {
        ...own,
        name: `mean and ${interval}`,
        x: [middle],
        y: [escaped(name)],
        marker: { color, size: 10 },
        error_x: { type: "data", symmetric: false, array: [high - middle], arrayminus: [middle - low], color },
      };
      return xs.length > 1 ? [points, centre] : [centre];
    }),
  );
  const lines = values.flatMap((value, panel) => {
    const at = baseline === undefined ? 0 : mean(numbers(byVariant.get(baseline)!, value));
    if (Number.isNaN(at)) return [];
    const line = { color: colour(0), width: 1, dash: "dot" };
    return [{ type: "line", xref: `x${axis(panel)}`, yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line }];
  });
  return {
    data,
    layout: layout({
      title,
      height: 140 + 30 * byVariant.size,
      showlegend: false,
      grid: { rows: 1, columns: values.length, pattern: "coupled" },
      shapes: lines,
      yaxis: {
        type: "category",
        categoryorder: "array",
        categoryarray: [...byVariant.keys()].map(escaped),
        autorange: "reversed",
        automargin: true,
        gridcolor: "#e5e5e5",
      },
      ...Object.fromEntries(
        values.map((value, panel) => [
          `xaxis${axis(panel)}`,
          { title: { text: escaped(value) }, gridcolor: "#e5e5e5", zeroline: false },
        ]),
      ),
    }),
  };
}
