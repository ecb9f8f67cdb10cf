// The colors of rewards in figures. All are light enough for black text, and none is white like an empty cell.

type Rgb = readonly [red: number, green: number, blue: number];

const faintest: Rgb = [251, 243, 196];
const highest: Rgb = [86, 180, 233];
/** For rewards below zero, if there are rewards of both signs. */
const lowest: Rgb = [230, 159, 0];

/** The rewards at the two ends of the scale. */
export type RewardRange = readonly [low: number, high: number];

/** Whether a scale has both signs. Then its faintest color is at zero, and else at its low end. */
export const hasBothSigns = ([low, high]: RewardRange): boolean => low < 0 && high > 0;

/** The color of a reward. */
export function rewardColor(reward: number, range: RewardRange): Rgb {
  const [low, high] = range;
  const both = hasBothSigns(range);
  const share = both ? Math.abs(reward) / Math.max(-low, high) : (reward - low) / (high - low);
  const part = Math.min(1, Math.max(0, share));
  const end = both && reward < 0 ? lowest : highest;
  return faintest.map((from, i) => Math.round(from + (end[i] - from) * part)) as unknown as Rgb;
}

const hex = (color: Rgb): string => `#${color.map(part => part.toString(16).padStart(2, "0").toUpperCase()).join("")}`;

/** Plotly's color scale for a heatmap of rewards: with both signs, symmetric around zero. */
export function rewardScale(range: RewardRange): Record<string, unknown> {
  const [low, high] = range;
  if (!hasBothSigns(range))
    return {
      colorscale: [
        [0, hex(faintest)],
        [1, hex(highest)],
      ],
    };
  const end = Math.max(-low, high);
  return {
    colorscale: [
      [0, hex(lowest)],
      [0.5, hex(faintest)],
      [1, hex(highest)],
    ],
    zmin: -end,
    zmax: end,
  };
}
