import { fail } from "../core/errors";
import { escaped, type Figure, layout } from "./figure";

export interface RewardedTokens {
  tokens: string[];
  rewards: ArrayLike<number>;
  /** What stands at the left of the row. Default: the row's number, from 1. */
  label?: string;
}

/** Both ends are light enough for black text, and neither is the white of an empty cell. */
const colours = [
  [0, "#FBF3C4"],
  [1, "#56B4E9"],
];

/**
 * The tokens of texts, one text a row, coloured by their reward. Each cell also carries the reward as a number, so the
 * figure needs no colour to be read. A space at a token's edge is shown as ␣, a line break as ⏎.
 *
 * Errors: no texts, a text with more or fewer rewards than tokens.
 */
export function tokenHeatmap(texts: readonly RewardedTokens[], { title }: { title?: string } = {}): Figure {
  if (texts.length === 0) fail("tokenHeatmap", "there are no texts", "Give at least one.");
  for (const [i, { tokens, rewards }] of texts.entries()) {
    if (tokens.length !== rewards.length) {
      fail("tokenHeatmap", `text ${i} has ${tokens.length} tokens and ${rewards.length} rewards`, "Give one a token.");
    }
  }
  const width = Math.max(...texts.map(({ tokens }) => tokens.length));
  const places = Array.from({ length: width }, (_, t) => t);
  const heatmap = {
    type: "heatmap",
    x: places.map(t => t + 1),
    y: texts.map((_, i) => i + 1),
    z: texts.map(({ rewards }) => places.map(t => rewards[t] ?? null)),
    text: texts.map(({ tokens, rewards }) =>
      places.map(t => (t < tokens.length ? `${visible(tokens[t])}<br>${rewards[t].toFixed(3)}` : "")),
    ),
    customdata: texts.map(({ tokens }) => places.map(t => (t < tokens.length ? visible(tokens[t]) : ""))),
    texttemplate: "%{text}",
    textfont: { color: "#000000", size: 13 },
    hovertemplate: "%{customdata}<br>reward %{z:.5f}<br>token %{x}<extra></extra>",
    hoverongaps: false,
    colorscale: colours,
    colorbar: { title: { text: "reward" } },
    xgap: 2,
    ygap: 2,
  };
  const labels = texts.map(({ label }, i) => escaped(label ?? String(i + 1)));
  return {
    data: [heatmap],
    layout: layout({
      title,
      height: 140 + 48 * texts.length,
      ...(width > 8 && { width: 200 + 96 * width }),
      xaxis: { title: { text: "token" }, dtick: 1, showgrid: false, zeroline: false },
      // Numbers with texts beside them, because equal labels of a category axis would fall on one row.
      yaxis: {
        tickvals: heatmap.y,
        ticktext: labels,
        autorange: "reversed",
        automargin: true,
        showgrid: false,
        zeroline: false,
      },
    }),
  };
}

const visible = (token: string) =>
  escaped(token.replace(/^ +| +$/g, spaces => "␣".repeat(spaces.length)).replaceAll("\n", "⏎"));
