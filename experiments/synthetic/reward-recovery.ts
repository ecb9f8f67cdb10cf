// The figure of the synthetic experiment.

import type { ColumnTable } from "arquero";
import { mean } from "../../src/core/mean";
import { type Checks, checkOptions, text } from "../../src/core/options";
import { groupedBy, requireColumns } from "../../src/figures/columns";
import { axis, escaped, type Figure, layout, seriesColor } from "../../src/figures/figure";

type Row = { truth: string; aggregate: string; lists: number; spearman: number };

export interface RewardRecoveryOptions {
  /** Default: none. */
  title?: string;
}

const recoveryChecks: Checks<RewardRecoveryOptions> = { title: text };

/**
 * How well each aggregation recovers token rewards under each truth: a panel for each number of lists, a cell for each
 * pair of truth and aggregation with the mean Spearman correlation over runs. The best cell of a row is bold.
 *
 * @param rows one row for each run, with the columns truth, aggregate, lists and spearman (`recoveryGrid`)
 *
 * Errors: a column that is missing; those of `checkOptions`.
 */
export function rewardRecovery(rows: ColumnTable, options: RewardRecoveryOptions = {}): Figure {
  checkOptions("rewardRecovery", options, recoveryChecks);
  const { title } = options;
  requireColumns("rewardRecovery", rows, ["truth", "aggregate", "lists", "spearman"]);
  const all = rows.objects() as Row[];
  const [truths, aggregates] = [distinct(all.map(row => row.truth)), distinct(all.map(row => row.aggregate))];
  const panels = [...groupedBy(all, row => row.lists)].sort(([a], [b]) => a - b);
  const data = panels.map(([, runs], panel) => {
    const z = truths.map(truth =>
      aggregates.map(aggregate => {
        const cell = runs.filter(row => row.truth === truth && row.aggregate === aggregate);
        return cell.length > 0 ? mean(cell.map(row => row.spearman)) : null;
      }),
    );
    return {
      type: "heatmap",
      x: aggregates.map(escaped),
      y: truths.map(truth => `${escaped(truth)} truth`),
      z,
      text: z.map(row => row.map(value => shown(value, Math.max(...row.map(value => value ?? -1))))),
      texttemplate: "%{text}",
      textfont: { size: 15 },
      xgap: 2,
      ygap: 2,
      zmin: 0,
      zmax: 1,
      colorscale: [
        [0, "#ffffff"],
        [1, seriesColor(0)],
      ],
      showscale: panel === panels.length - 1,
      colorbar: { title: { text: "Spearman" } },
      xaxis: `x${axis(panel)}`,
      yaxis: `y${axis(panel)}`,
    };
  });
  const width = 1 / Math.max(panels.length, 1);
  return {
    data,
    layout: layout({
      title,
      height: 320,
      annotations: panels.map(([lists], panel) => ({
        text: `${lists} lists`,
        xref: "paper",
        yref: "paper",
        x: (panel + 0.5) * width,
        y: 1,
        yanchor: "bottom",
        yshift: 6,
        showarrow: false,
      })),
      ...Object.fromEntries(
        panels.flatMap((_, panel) => [
          [
            `xaxis${axis(panel)}`,
            {
              domain: [panel * width + 0.01, (panel + 1) * width - 0.01],
              anchor: `y${axis(panel)}`,
              automargin: true,
              showgrid: false,
            },
          ],
          [
            `yaxis${axis(panel)}`,
            {
              anchor: `x${axis(panel)}`,
              autorange: "reversed",
              automargin: true,
              showgrid: false,
              showticklabels: panel === 0,
            },
          ],
        ]),
      ),
    }),
  };
}

const shown = (value: number | null, best: number): string =>
  value === null ? "" : value === best ? `<b>${value.toFixed(2)}</b>` : value.toFixed(2);

const distinct = (values: string[]): string[] => [...new Set(values)];
