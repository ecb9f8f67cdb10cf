import { fail } from "../core/errors";
import { escaped } from "./figure";

/** A text for `rewardedText`. */
export interface TokensWithRewards {
  tokens: readonly string[];
  /** One a token; null for a token that has none, such as a prompt's. */
  rewards: ArrayLike<number | null>;
  /** What stands at the left of the row. */
  label?: string;
}

/** What a front end draws: the content of `application/vnd.tokenwise.guidance+json` (docs/kernel.md), and its other forms. */
export interface RewardedText {
  version: 1;
  title?: string;
  range: [low: number, high: number];
  rows: { label?: string; tokens: string[]; rewards: (number | null)[] }[];
  toMimeBundle(): Record<string, unknown>;
}

export interface RewardedTextOptions {
  title?: string;
  /** The rewards at the two ends of the colours. Default: the lowest and the highest there is. */
  range?: [low: number, high: number];
}

/**
 * Texts as they read, each token coloured by its reward: the last value of a cell, or `show` it. For figures to be
 * saved, and for tokens in columns, there is `tokenHeatmap`.
 *
 * Errors: no texts, a text with more or fewer rewards than tokens, a range that does not rise.
 */
export function rewardedText(texts: readonly TokensWithRewards[], options: RewardedTextOptions = {}): RewardedText {
  if (texts.length === 0) fail("rewardedText", "there are no texts", "Give at least one.");
  const rows = texts.map(({ tokens, rewards, label }, i) => {
    if (tokens.length !== rewards.length)
      fail("rewardedText", `text ${i} has ${tokens.length} tokens and ${rewards.length} rewards`, "Give one a token.");
    const finite = (reward: number | null) => (reward === null || !Number.isFinite(reward) ? null : reward);
    return { ...(label !== undefined && { label }), tokens: [...tokens], rewards: Array.from(rewards, finite) };
  });
  const { title, range = rangeOf(rows.flatMap(({ rewards }) => rewards)) } = options;
  if (!(range[0] < range[1]))
    fail("rewardedText", `the range is ${range.join(" to ")}`, "Give a lower, then a higher.");
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

const number = (reward: number) => reward.toFixed(2);

/** The token as it can be seen: its outer spaces, its line breaks and its tabs by signs. */
const visible = (token: string) =>
  token
    .replace(/^ +| +$/g, spaces => "␣".repeat(spaces.length))
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥");

function plain({ title, rows }: Content): string {
  const lines = rows.map(({ label, tokens, rewards }, i) => {
    const parts = tokens.map((token, t) => visible(token) + (rewards[t] === null ? "" : `(${number(rewards[t])})`));
    return `${label ?? i + 1}  ${parts.join(" ")}`;
  });
  return [...(title === undefined ? [] : [title]), ...lines].join("\n");
}

/** The ends of the colours, as `tokenHeatmap`'s: both light enough for black text. */
const [low, high] = [
  [251, 243, 196],
  [86, 180, 233],
];

/** Without scripts or style sheets, for readers of notebooks that know the JSON type not: the number stands over the token. */
function html({ title, range, rows }: Content): string {
  const span = (token: string, reward: number | null) => {
    const text = `<span style="white-space:pre">${escaped(visible(token))}</span>`;
    if (reward === null) return text;
    const part = Math.min(1, Math.max(0, (reward - range[0]) / (range[1] - range[0])));
    const colour = low.map((from, i) => Math.round(from + (high[i] - from) * part));
    return `<ruby style="background:rgb(${colour});color:#000" title="reward ${reward}">${text}<rt>${number(reward)}</rt></ruby>`;
  };
  const body = rows.map(({ label, tokens, rewards }, i) => {
    const spans = tokens.map((token, t) => span(token, rewards[t]) + (token.endsWith("\n") ? "<br>" : "<wbr>"));
    const head = `<th style="text-align:left">${escaped(label ?? String(i + 1))}</th>`;
    return `<tr>${head}<td style="text-align:left;line-height:2.2">${spans.join("")}</td></tr>`;
  });
  const caption = title === undefined ? "" : `<caption>${escaped(title)}</caption>`;
  return `<table>${caption}<tbody>\n${body.join("\n")}\n</tbody></table>`;
}
