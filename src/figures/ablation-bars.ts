import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { type Checks, checkOptions, listOf, required, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { axis, escaped, type Figure, gridAxis, layout, seriesColor } from "./figure";
import { type Band, band, spread } from "./spread";

/** What `ablationBars` draws. */
export interface AblationOptions {
  /** Columns to compare, one panel each, left to right. */
  values: string[];
  /** Column of the variants, which are drawn top to bottom in the order of first appearance. Default "variant". */
  variant?: string;
  /** The variant whose mean is drawn as a line through each panel. Default: a line at 0, for differences. */
  baseline?: string;
  /** Extent of the bar around the mean. Default "confidence". */
  interval?: Band;
  title?: string;
}

const ablationChecks: Checks<AblationOptions> = {
  values: required(listOf(text)),
  variant: text,
  baseline: text,
  interval: band,
  title: text,
};

/**
 * Variants one below the other: each run is a small open point, their mean a large point with an interval.
 *
 * @param rows one row for each variant and run; values that are not finite numbers are left out
 *
 * Errors: a missing column; an unknown baseline.
 */
export function ablationBars(rows: ColumnTable, options: AblationOptions): Figure {
  checkOptions("ablationBars", options, ablationChecks);
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
      const color = name === baseline ? seriesColor(0) : seriesColor(1);
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
    const line = { color: seriesColor(0), width: 1, dash: "dot" };
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
        ...gridAxis,
      },
      ...Object.fromEntries(
        values.map((value, panel) => [`xaxis${axis(panel)}`, { title: { text: escaped(value) }, ...gridAxis }]),
      ),
    }),
  };
}
