import type { ColumnTable } from "arquero";
import { groupedBy, requireColumns } from "./columns";
import { axis, colour, escaped, type Figure, layout } from "./figure";
import { type Band, spread } from "./spread";

export interface ComparisonOptions {
  /** The columns to compare, one panel each, left to right. */
  values: string[];
  /** The column of the methods, drawn in the order of first appearance. Default "method". */
  method?: string;
  /** How far the bar around the mean reaches. Default "range". */
  interval?: Band;
  title?: string;
}

/**
 * Methods side by side: each run a small open point, their mean a large one with an interval.
 *
 * @param rows one row a method and run
 *
 * Errors: a column that is not there.
 */
export function methodBars(rows: ColumnTable, options: ComparisonOptions): Figure {
  const { values, method = "method", interval = "range", title } = options;
  requireColumns("comparison", rows, [method, ...values]);
  const byMethod = [...groupedBy(rows.objects() as Record<string, any>[], row => escaped(String(row[method])))];
  const data = values.flatMap((value, panel) => {
    const axes = { type: "scatter", mode: "markers", xaxis: `x${axis(panel)}`, yaxis: `y${axis(panel)}` };
    return byMethod.flatMap(([name, runs], i) => {
      const ys = runs.map(run => run[value] as number);
      const { mean, low, high } = spread(ys, interval);
      const color = colour(i);
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
          [`yaxis${axis(panel)}`, { title: { text: escaped(value) }, gridcolor: "#e5e5e5", zeroline: false }],
        ]),
      ),
    }),
  };
}
