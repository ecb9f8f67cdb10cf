import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, listOf, required, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { axis, escaped, type Figure, gridAxis, layout, seriesColor } from "./figure";
import { type Band, band, spread } from "./spread";

/** What `methodBars` draws. */
export interface ComparisonOptions {
  /** Columns to compare, one panel each, left to right. */
  values: string[];
  /** Column of the methods, which are drawn in the order of first appearance. Default "method". */
  method?: string;
  /** Extent of the bar around the mean. Default "range". */
  interval?: Band;
  title?: string;
}

const comparisonChecks: Checks<ComparisonOptions> = {
  values: required(listOf(text)),
  method: text,
  interval: band,
  title: text,
};

/**
 * Methods side by side: each run is a small open point, their mean a large point with an interval.
 *
 * @param rows one row for each method and run
 *
 * Errors: a missing column.
 */
export function methodBars(rows: ColumnTable, options: ComparisonOptions): Figure {
  checkOptions("methodBars", options, comparisonChecks);
  const { values, method = "method", interval = "range", title } = options;
  requireColumns("methodBars", rows, [method, ...values]);
  const byMethod = [...groupedBy(rows.objects() as Record<string, any>[], row => escaped(String(row[method])))];
  const data = values.flatMap((value, panel) => {
    const axes = { type: "scatter", mode: "markers", xaxis: `x${axis(panel)}`, yaxis: `y${axis(panel)}` };
    return byMethod.flatMap(([name, runs], i) => {
      const ys = runs.map(run => run[value] as number);
      const { mean, low, high } = spread(ys, interval);
      const color = seriesColor(i);
      const points = {
        ...axes,
        name: "runs",
        x: ys.map(() => name),
        y: ys,
        marker: { color, symbol: "circle-open", size: 7 },
      };
      const middle = {
        ...axes,
        name: `mean and ${interval}`,
        x: [name],
        y: [mean],
        marker: { color, size: 11 },
        error_y: { type: "data", symmetric: false, array: [high - mean], arrayminus: [mean - low], color },
      };
      return ys.length > 1 ? [points, middle] : [middle];
    });
  });
  return {
    data,
    layout: layout({
      title,
      height: 420,
      showlegend: false,
      grid: { rows: 1, columns: values.length, pattern: "independent" },
      ...Object.fromEntries(
        values.flatMap((value, panel) => [
          [`xaxis${axis(panel)}`, { type: "category", automargin: true, showgrid: false }],
          [`yaxis${axis(panel)}`, { title: { text: escaped(value) }, ...gridAxis }],
        ]),
      ),
    }),
  };
}
