import type { ColumnTable } from "arquero";
import { groupedBy, requireColumns } from "./columns";
import { colour, escaped, type Figure, layout } from "./figure";

export interface AgreementOptions {
  /** The columns of what is known and of what was learned, along the axes. Defaults "truth" and "learned". */
  truth?: string;
  learned?: string;
  /** The column that tells groups of points apart, such as "method" or the split. Default: one group. */
  group?: string;
  title?: string;
}

/**
 * Learned scores against known ones, a point a row: a candidate or a token. Only the order of the points matters, for scores may be
 * on any scale.
 *
 * Errors: a column that is not there.
 */
export function agreementBars(rows: ColumnTable, options: AgreementOptions = {}): Figure {
  const { truth = "truth", learned = "learned", group, title } = options;
  requireColumns("agreement", rows, [truth, learned, ...(group ? [group] : [])]);
  const groups = groupedBy(rows.objects() as Record<string, any>[], row => (group ? String(row[group]) : ""));
  const ruled = { gridcolor: "#e5e5e5", zeroline: false };
  return {
    data: [...groups].map(([name, points], i) => ({
      type: "scatter",
      mode: "markers",
      name: escaped(name),
      x: points.map(row => row[truth]),
      y: points.map(row => row[learned]),
      marker: { color: colour(i), size: 7, opacity: 0.7 },
    })),
    layout: layout({
      title,
      height: 420,
      showlegend: groups.size > 1,
      xaxis: { title: { text: escaped(truth) }, ...ruled },
      yaxis: { title: { text: escaped(learned) }, ...ruled },
    }),
  };
}
