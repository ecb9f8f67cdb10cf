import type { ColumnTable } from "arquero";
import { type Checks, checkOptions, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { escaped, type Figure, gridAxis, layout, seriesColor } from "./figure";
import { type Band, band as bandCheck, spread, spreadArea } from "./spread";

/** What `rewardByPosition` draws. */
export interface RewardByPositionOptions {
  /** Column that names the line of each row, such as the aggregation. Default: one line. */
  line?: string;
  /** Extent of the band around the mean. Default "std". */
  band?: Band;
  title?: string;
}

const rewardByPositionChecks: Checks<RewardByPositionOptions> = { line: text, band: bandCheck, title: text };

/**
 * Mean reward at each position, with a band for its spread over sequences. A trend shows how much the guidance rewards
 * the position rather than the token; a baseline for each position removes it.
 *
 * @param rows one row for each token: columns position and reward, and optionally `line`
 *
 * Errors: a missing column.
 */
export function rewardByPosition(rows: ColumnTable, options: RewardByPositionOptions = {}): Figure {
  checkOptions("rewardByPosition", options, rewardByPositionChecks);
  const { line, band = "std", title } = options;
  requireColumns("rewardByPosition", rows, ["position", "reward", ...(line ? [line] : [])]);
  const lines = groupedBy(rows.objects() as Record<string, any>[], row => (line ? String(row[line]) : "reward"));
  const data = [...lines].flatMap(([name, tokens], i) => {
    const positions = [...groupedBy(tokens, row => row.position as number)].sort(([a], [b]) => a - b);
    const x = positions.map(([position]) => position);
    const spreads = positions.map(([, at]) =>
      spread(
        at.map(row => row.reward as number),
        band,
      ),
    );
    const shared = { type: "scatter", legendgroup: escaped(name) };
    return [
      { ...shared, ...spreadArea(x, spreads, seriesColor(i)) },
      {
        ...shared,
        name: escaped(name),
        mode: "lines+markers",
        x,
        y: spreads.map(({ mean }) => mean),
        line: { color: seriesColor(i) },
      },
    ];
  });
  return {
    data,
    layout: layout({
      title,
      height: 360,
      showlegend: lines.size > 1,
      xaxis: { title: { text: "position" }, ...gridAxis },
      yaxis: { title: { text: "reward" }, ...gridAxis },
    }),
  };
}
