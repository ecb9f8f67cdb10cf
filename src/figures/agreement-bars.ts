import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { escaped, type Figure, gridAxis, layout, seriesColor } from "./figure";

/** Columns of `agreementBars`. */
export interface AgreementOptions {
  /** Columns of known and of learned scores. Defaults "truth" and "learned". */
  truth?: string;
  learned?: string;
  /** Column that names the group of each point, such as "method". Default: one group. */
  group?: string;
  title?: string;
}

const agreementChecks: Checks<AgreementOptions> = { truth: text, learned: text, group: text, title: text };

/**
 * Learned scores against known ones, one point for each row: a candidate or a token. Scores may have any scale, so only
 * the order of the points matters.
 *
 * Errors: a missing column.
 */
export function agreementBars(rows: ColumnTable, options: AgreementOptions = {}): Figure {
  checkOptions("agreementBars", options, agreementChecks);
  const { truth = "truth", learned = "learned", group, title } = options;
  requireColumns("agreementBars", rows, [truth, learned, ...(group ? [group] : [])]);
  const groups = groupedBy(rows.objects() as Record<string, any>[], row => (group ? String(row[group]) : ""));
  return {
    data: [...groups].map(([name, points], i) => ({
      type: "scatter",
      mode: "markers",
      name: escaped(name),
      x: points.map(row => row[truth]),
      y: points.map(row => row[learned]),
      marker: { color: seriesColor(i), size: 7, opacity: 0.7 },
    })),
    layout: layout({
      title,
      height: 420,
      showlegend: groups.size > 1,
      xaxis: { title: { text: escaped(truth) }, ...gridAxis },
      yaxis: { title: { text: escaped(learned) }, ...gridAxis },
    }),
  };
}
