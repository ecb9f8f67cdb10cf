import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { meanInterval } from "../core/mean-interval";
import { type Checks, checkOptions, text } from "../core/options";
import { groupedBy, requireColumns } from "./columns";
import { escaped, type Figure, gridAxis, layout, seriesColor, stroke } from "./figure";
import { spreadArea } from "./spread";

/** What `frontier` draws. */
export interface FrontierOptions {
  /** Column of the methods, which are drawn in the order of first appearance. Default "method". */
  method?: string;
  /** Column of what was varied to get from low to high KL, numbers. Default "weight", the weight of the KL term. */
  weight?: string;
  /** Columns of the axes. Defaults "kl" and "score". */
  kl?: string;
  score?: string;
  title?: string;
}

const frontierChecks: Checks<FrontierOptions> = { method: text, weight: text, kl: text, score: text, title: text };

/**
 * Score against KL to the reference, by method: each run is a small open point; a line goes through the means of the
 * runs at each weight, in the order of the weights, which stand beside it. With several runs at a weight (seeds), the
 * band is the 95 % confidence interval of the mean score, and a bar that of the mean KL. `tw.metrics.atEqualKl` gives
 * the difference of two methods.
 *
 *     frontier(runs, { title: "Sentiment" }); // columns method, seed, weight, kl, score
 *
 * @param rows one row a run
 *
 * Errors: a missing column; no row; a weight, KL or score that is not a number.
 */
export function frontier(rows: ColumnTable, options: FrontierOptions = {}): Figure {
  checkOptions("frontier", options, frontierChecks);
  const { method = "method", weight = "weight", kl = "kl", score = "score", title } = options;
  requireColumns("frontier", rows, [method, weight, kl, score]);
  const all = rows.objects() as Record<string, any>[];
  if (all.length === 0) fail("frontier", "there is no run", "Give at least one row.");
  for (const name of [weight, kl, score]) {
    const bad = all.findIndex(row => !Number.isFinite(row[name]));
    if (bad >= 0) fail("frontier", `${name} is ${all[bad][name]} in row ${bad}`, "Leave the row out.");
  }
  const data = [...groupedBy(all, row => String(row[method]))].flatMap(([name, runs], i): Figure["data"] => {
    const shared = { type: "scatter", name: escaped(name), legendgroup: name };
    const means = [...groupedBy(runs, row => row[weight] as number)]
      .sort(([a], [b]) => a - b)
      .map(([own, runs]) => ({
        weight: own,
        kl: meanInterval(runs.map(run => run[kl])),
        score: meanInterval(runs.map(run => run[score])),
      }));
    const x = means.map(({ kl }) => kl.mean);
    const repeated = means.length < runs.length;
    const line = {
      ...shared,
      x,
      y: means.map(({ score }) => score.mean),
      mode: "lines+markers+text",
      text: means.map(({ weight }) => String(weight)),
      textposition: "top left",
      textfont: { size: 10, color: seriesColor(i) },
      line: { ...stroke(i), width: 2 },
      marker: { color: seriesColor(i), size: 8 },
      hovertemplate: `${escaped(weight)} %{text}<br>${escaped(kl)} %{x:.3f}<br>${escaped(score)} %{y:.3f}`,
    };
    if (!repeated) return [line];
    const points = {
      ...shared,
      x: runs.map(run => run[kl]),
      y: runs.map(run => run[score]),
      mode: "markers",
      marker: { color: seriesColor(i), symbol: "circle-open", size: 6 },
      showlegend: false,
    };
    const area = {
      ...shared,
      ...spreadArea(
        x,
        means.map(({ score }) => score),
        seriesColor(i),
      ),
    };
    const array = means.map(({ kl }) => kl.high - kl.mean);
    return [area, points, { ...line, error_x: { type: "data", array, color: seriesColor(i), thickness: 1, width: 0 } }];
  });
  return {
    data,
    layout: layout({
      title,
      height: 460,
      showlegend: true,
      xaxis: { title: { text: escaped(kl) }, ...gridAxis },
      yaxis: { title: { text: escaped(score) }, ...gridAxis },
    }),
  };
}
