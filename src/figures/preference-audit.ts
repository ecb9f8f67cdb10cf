import type { ColumnTable } from "arquero";
import { checkOptions, text } from "../core/options";
import { axis, escaped, type Figure, gridAxis, layout, seriesColor } from "./figure";

/** The part of the result of `audit` that is drawn. */
export interface AuditCounts {
  pairs: number;
  ties: number;
  identical: number;
  repetitions: { duplicates: number; contradictions: number };
  length: { longerWins: number; byDifference: ColumnTable };
  margins: { missing: number; histogram: ColumnTable };
  sizes: ColumnTable;
  agreement?: { alpha: number; annotators: ColumnTable };
}

/**
 * An audit of preferences in four panels: the shares of pairs that are tied, identical, repeated or contradicted; how
 * often the longer response wins, by the difference in length; the margins; and each annotator's agreement with the
 * others, or the sizes of the lists if annotators are not known.
 */
export function preferenceAudit(audit: AuditCounts, options: { title?: string } = {}): Figure {
  checkOptions("preferenceAudit", options, { title: text });
  const { title } = options;
  const last = audit.agreement ? annotators(audit.agreement) : sizes(audit.sizes);
  const panels = [shares(audit), lengths(audit.length), margins(audit.margins), last];
  return {
    data: panels.flatMap(({ traces }, panel) =>
      traces.map(trace => ({ ...trace, xaxis: `x${axis(panel)}`, yaxis: `y${axis(panel)}` })),
    ),
    layout: layout({
      title,
      height: 640,
      showlegend: false,
      grid: { rows: 2, columns: 2, pattern: "independent", xgap: 0.2, ygap: 0.28 },
      ...Object.fromEntries(
        panels.flatMap(({ x, y }, panel) => [
          [`xaxis${axis(panel)}`, { automargin: true, zeroline: false, ...x }],
          [`yaxis${axis(panel)}`, { ...gridAxis, rangemode: "tozero", ...y }],
        ]),
      ),
    }),
  };
}

interface Panel {
  traces: Record<string, any>[];
  x: Record<string, any>;
  y: Record<string, any>;
}

const named = (text: string) => ({ title: { text, standoff: 8 } });
const column = (table: ColumnTable, name: string) => Array.from(table.array(name) as ArrayLike<any>);

function shares({ pairs, ties, identical, repetitions }: AuditCounts): Panel {
  const { duplicates, contradictions } = repetitions;
  const counts = { ties, identical, duplicates, contradictions };
  const bars = {
    type: "bar",
    x: Object.keys(counts),
    y: Object.values(counts).map(count => (100 * count) / pairs),
    text: Object.values(counts).map(String),
    textposition: "outside",
    cliponaxis: false,
    marker: { color: seriesColor(0) },
    hovertemplate: "%{text}, %{y:.2f} %<extra></extra>",
  };
  return { traces: [bars], x: {}, y: named(`% of ${pairs} pairs`) };
}

function lengths({ longerWins, byDifference }: AuditCounts["length"]): Panel {
  const [from, to, pairs] = ["from", "to", "pairs"].map(name => column(byDifference, name) as number[]);
  const points = {
    type: "scatter",
    mode: "lines+markers",
    x: from.map((low, bin) => 50 * (low + to[bin])),
    y: (column(byDifference, "longerWins") as number[]).map(share => (Number.isNaN(share) ? null : 100 * share)),
    text: pairs.map(count => `${count} pairs`),
    marker: { color: seriesColor(1), size: 8 },
    hovertemplate: "%{y:.1f} % of %{text}<extra></extra>",
  };
  const level = (share: number, dash: string, text: string) => ({
    type: "scatter",
    mode: "lines",
    x: [0, 100],
    y: [100 * share, 100 * share],
    line: { color: "#777777", width: 1, dash },
    hovertemplate: `${text}<extra></extra>`,
  });
  const chance = level(0.5, "dot", "as often as not");
  const overall = Number.isNaN(longerWins) ? [] : [level(longerWins, "dash", "all pairs: %{y:.1f} %")];
  return {
    traces: [chance, ...overall, points],
    x: { ...named("longer by, % of its length"), range: [0, 100] },
    y: { ...named("longer one wins, %"), range: [0, 100] },
  };
}

function margins({ missing, histogram }: AuditCounts["margins"]): Panel {
  const [from, to, count] = ["from", "to", "count"].map(name => column(histogram, name) as number[]);
  const bars = {
    type: "bar",
    x: from.map((low, bin) => (low + to[bin]) / 2),
    y: count,
    width: from.map((low, bin) => to[bin] - low || 1),
    marker: { color: seriesColor(2) },
  };
  return { traces: [bars], x: named(missing ? `margin (${missing} unknown)` : "margin"), y: named("candidates") };
}

function annotators({ alpha, annotators }: NonNullable<AuditCounts["agreement"]>): Panel {
  const bars = {
    type: "bar",
    x: column(annotators, "annotator").map(name => escaped(String(name))),
    y: column(annotators, "agreement").map((share: number) => (Number.isNaN(share) ? null : 100 * share)),
    text: column(annotators, "pairs").map((count: number) => `${count} pairs`),
    marker: { color: seriesColor(3) },
    hovertemplate: "%{y:.1f} %, %{text}<extra></extra>",
  };
  const x = { ...named(`annotator (Krippendorff’s α ${alpha.toFixed(2)})`), type: "category" };
  return { traces: [bars], x, y: { ...named("agrees with others, %"), range: [0, 100] } };
}

function sizes(table: ColumnTable): Panel {
  const bars = {
    type: "bar",
    x: column(table, "size").map(String),
    y: column(table, "lists"),
    marker: { color: seriesColor(3) },
  };
  return { traces: [bars], x: { ...named("candidates in a list"), type: "category" }, y: named("lists") };
}
