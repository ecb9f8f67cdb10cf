import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { type Checks, checkOptions, listOf, finite as number, text as string } from "../core/options";
import { escaped } from "./figure";
import { rewardColor } from "./reward-colors";
import { type RewardedTokens, rewardedTokens, visibleToken } from "./tokens";

/**
 * Data for front ends, the content of `application/vnd.tokenwise.guidance+json` (docs/kernel.md), with its other forms.
 */
export interface RewardedText {
  version: 1;
  title?: string;
  range: [low: number, high: number];
  rows: { label?: string; tokens: string[]; rewards: (number | null)[] }[];
  toMimeBundle(): Record<string, unknown>;
}

/** How `rewardedText` shows the texts. */
export interface RewardedTextOptions {
  title?: string;
  /** The rewards at the two ends of the color scale. Default: the lowest and the highest reward. */
  range?: [low: number, high: number];
}

const rewardedTextChecks: Checks<RewardedTextOptions> = { title: string, range: listOf(number) };

/**
 * Texts with each token colored by its reward, to be shown as the last value of a cell or with `show`. For figures that
 * can be saved, and for tokens in columns, use `tokenHeatmap`.
 *
 * @param texts a list of texts, or a table with columns `tokens` and `rewards` such as that of a guidance; its column
 * `label`, else `reward` or `score`, stands at the left
 *
 * Errors: no texts; a missing column; a text whose tokens and rewards differ in number; a range that does not increase.
 */
export function rewardedText(
  texts: readonly RewardedTokens[] | ColumnTable,
  options: RewardedTextOptions = {},
): RewardedText {
  checkOptions("rewardedText", options, rewardedTextChecks);
  const rows = rewardedTokens("rewardedText", texts).map(({ tokens, rewards, label }) => {
    const finite = (reward: number | null) => (reward === null || !Number.isFinite(reward) ? null : reward);
    return { ...(label !== undefined && { label }), tokens: [...tokens], rewards: Array.from(rewards, finite) };
  });
  const { title, range = rangeOf(rows.flatMap(({ rewards }) => rewards)) } = options;
  if (!(range[0] < range[1]))
    fail("rewardedText", `the range is ${range.join(" to ")}`, "Give the lower reward first, then the higher one.");
  const content = { version: 1 as const, ...(title !== undefined && { title }), range, rows };
  return {
    ...content,
    toMimeBundle: () => ({
      "application/vnd.tokenwise.guidance+json": content,
      "text/html": html(content),
      "text/plain": plain(content),
    }),
  };
}

type Content = Omit<RewardedText, "toMimeBundle">;

function rangeOf(rewards: (number | null)[]): [number, number] {
  const [low, high] = rewards.reduce<[number, number]>(
    ([low, high], reward) => (reward === null ? [low, high] : [Math.min(low, reward), Math.max(high, reward)]),
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

const shown = (reward: number) => reward.toFixed(2);

function plain({ title, rows }: Content): string {
  const lines = rows.map(({ label, tokens, rewards }, i) => {
    const parts = tokens.map((token, t) => visibleToken(token) + (rewards[t] === null ? "" : `(${shown(rewards[t])})`));
    return `${label ?? i + 1}  ${parts.join(" ")}`;
  });
  return [...(title === undefined ? [] : [title]), ...lines].join("\n");
}

/**
 * HTML without scripts or style sheets, for front ends that do not know the JSON type: the reward stands above the
 * token.
 */
function html({ title, range, rows }: Content): string {
  const span = (token: string, reward: number | null) => {
    const text = `<span style="white-space:pre">${escaped(visibleToken(token))}</span>`;
    if (reward === null) return text;
    const style = `background:rgb(${rewardColor(reward, range)});color:#000`;
    return `<ruby style="${style}" title="reward ${reward}">${text}<rt>${shown(reward)}</rt></ruby>`;
  };
  const body = rows.map(({ label, tokens, rewards }, i) => {
    const spans = tokens.map((token, t) => span(token, rewards[t]) + (token.endsWith("\n") ? "<br>" : "<wbr>"));
    const head = `<th style="text-align:left">${escaped(label ?? String(i + 1))}</th>`;
    return `<tr>${head}<td style="text-align:left;line-height:2.2">${spans.join("")}</td></tr>`;
  });
  const caption = title === undefined ? "" : `<caption>${escaped(title)}</caption>`;
  return `<table>${caption}<tbody>\n${body.join("\n")}\n</tbody></table>`;
}
