import type { ColumnTable } from "arquero";
import { checkOptions, text as string } from "../core/options";
import { escaped, type Figure, layout } from "./figure";
import { rewardScale } from "./reward-colors";
import { type RewardedTokens, rewardedTokens, visibleToken } from "./tokens";

const rangeOf = (rewards: readonly (number | null)[]): [low: number, high: number] =>
  rewards.reduce<[number, number]>(
    ([low, high], reward) =>
      Number.isFinite(reward) ? [Math.min(low, reward!), Math.max(high, reward!)] : [low, high],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

/**
 * The tokens of texts, one text a row, colored by their rewards. Each cell also contains the reward as a number, so the
 * figure can be read without color. With rewards of both signs, the faintest color of the scale is at zero. A space at
 * the edge of a token is shown as ␣, a line break as ⏎, a tab as ⇥.
 *
 * @param given a list of texts, or a table of them: see `rewardedText`
 *
 * Errors: no texts; a missing column; a text whose tokens and rewards differ in number.
 */
export function tokenHeatmap(given: readonly RewardedTokens[] | ColumnTable, options: { title?: string } = {}): Figure {
  checkOptions("tokenHeatmap", options, { title: string });
  const { title } = options;
  const texts = rewardedTokens("tokenHeatmap", given);
  const cellText = (token: string, reward: number | null) =>
    escaped(visibleToken(token)) + (reward === null ? "" : `<br>${reward.toFixed(3)}`);
  const width = Math.max(...texts.map(({ tokens }) => tokens.length));
  const positions = Array.from({ length: width }, (_, t) => t);
  const heatmap = {
    type: "heatmap",
    x: positions.map(t => t + 1),
    y: texts.map((_, i) => i + 1),
    z: texts.map(({ rewards }) => positions.map(t => rewards[t] ?? null)),
    text: texts.map(({ tokens, rewards }) =>
      positions.map(t => (t < tokens.length ? cellText(tokens[t], rewards[t]) : "")),
    ),
    customdata: texts.map(({ tokens }) =>
      positions.map(t => (t < tokens.length ? escaped(visibleToken(tokens[t])) : "")),
    ),
    texttemplate: "%{text}",
    textfont: { color: "#000000", size: 13 },
    hovertemplate: "%{customdata}<br>reward %{z:.5f}<br>token %{x}<extra></extra>",
    hoverongaps: false,
    ...rewardScale(rangeOf(texts.flatMap(({ rewards }) => Array.from(rewards)))),
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
      // A numeric axis with labels, because on a category axis texts with equal labels would share a row.
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
