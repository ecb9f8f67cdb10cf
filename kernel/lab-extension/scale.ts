/** How a reward is shown: as a color, as the thickness of a line and as a number. */

/** The rewards at the two ends of the color scale; low < high. */
export type Range = readonly [low: number, high: number];

/** RGB. Light enough for black text in both themes, and the same as in `tokenHeatmap`. */
const faintest = [251, 243, 196];
const above = [86, 180, 233];
/** For rewards below zero, if the range has both signs. */
const below = [230, 159, 0];

/** Pixels. */
const thickest = 5;

/** The look of one reward. */
export interface Shown {
  /** CSS of the color and of the line under the token, which is thicker for a larger reward. */
  style: string;
  /** The number, or "" for a token without a reward. */
  text: string;
}

/** Whether a range has both signs. */
export const hasBothSigns = ([low, high]: Range): boolean => low < 0 && high > 0;

/** In a range with both signs the faintest color is at zero, otherwise at the low end. */
export function shown(reward: number | null | undefined, range: Range): Shown {
  if (typeof reward !== "number") return { style: "", text: "" };
  const [low, high] = range;
  const twoSided = hasBothSigns(range);
  const share = twoSided ? Math.abs(reward) / Math.max(-low, high) : (reward - low) / (high - low);
  const part = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const end = twoSided && reward < 0 ? below : above;
  const mixed = faintest.map((from, i) => Math.round(from + (end[i]! - from) * part));
  const line = Math.round(part * thickest);
  const border = `border-bottom-width: ${line}px; padding-bottom: ${thickest - line}px`;
  const style = `background: rgb(${mixed.join(", ")}); ${border}`;
  return { style, text: number(reward) };
}

/** At most three decimals; four significant digits for very small and very large values. */
export function number(value: number): string {
  const size = Math.abs(value);
  const short = size !== 0 && (size < 0.001 || size >= 1000) ? value.toPrecision(4) : String(Number(value.toFixed(3)));
  // Without a fraction it would read as an exact number.
  return Number.isInteger(value) || /[.e]/.test(short) ? short : String(value);
}
