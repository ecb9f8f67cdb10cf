import type { ColumnTable } from "arquero";
import { groupedBy, requireColumns } from "./columns";
import { colour, escaped, type Figure, layout } from "./figure";
import { type Band, spread, spreadArea } from "./spread";

export interface RewardByPositionOptions {
  /** The column that tells lines apart, such as the aggregation. Default: one line. */
  line?: string;
  /** How far the band around the mean reaches. Default "deviation". */
  band?: Band;
  title?: string;
}

/**
 * Mean reward of the tokens at each position, with the spread over sequences as a band. A trend says how
 * much the guidance pays for the place rather than for the token; a baseline by position takes it off.
 *
 * @param rows one row a token: columns position, reward, and `line` if there is one
 *
 * Errors: a column that is not there.
 */
export function rewardByPosition(rows: ColumnTable, options: RewardByPositionOptions = {}): Figure {
  const { line, band = "deviation", title } = options;
  requireColumns("rewardByPosition", rows, ["position", "reward", ...(line ? [line] : [])]);
  const lines = groupedBy(rows.objects() as Record<string, any>[], row => (line ? String(row[line]) : "reward"));
  const data = [...lines].flatMap(([name, tokens], i) => {
    const places = [...groupedBy(tokens, row => row.position as number)].sort(([a], [b]) => a - b);
    const x = places.map(([position]) => position);
    const spreads = places.map(([, at]) =>
      spread(
        at.map(row => row.reward as number),
        band,
      ),
    );
    const shared = { type: "scatter", legendgroup: escaped(name) };
    return [
      { ...shared, ...spreadArea(x, spreads, colour(i)) },
      {
        ...shared,
        name: escaped(name),
        mode: "lines+markers",
        x,
        y: spreads.map(({ mean }) => mean),
        line: { color: colour(i) },
      },
    ];
  });
  const ruled = { gridcolor: "#e5e5e5", zeroline: false };
  return {
    data,
    layout: layout({
      title,
      height: 360,
      showlegend: lines.size > 1,
      xaxis: { title: { text: "position" }, ...ruled },
      yaxis: { title: { text: "reward" }, ...ruled },
    }),
  };
}
