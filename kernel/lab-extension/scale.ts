/** How a reward is shown: as a colour, as the thickness of a line and as a number. */

export type Range = readonly [low: number, high: number];

/** Light enough for black text, in both themes; the same as `tokenHeatmap`'s. */
const faintest = [251, 243, 196];
const above = [86, 180, 233];
/** Of rewards under zero, where the range has both signs. */
const below = [230, 159, 0];

/** Pixels. */
const thickest = 5;

export interface Shown {
  /** CSS of the colour and of a line under the token, which grows with the reward. */
  style: string;
  text: string;
}

/** A range with both signs has its faintest colour at zero, any other one at its low end. */
export function shown(reward: number | null | undefined, [low, high]: Range): Shown {
  if (typeof reward !== "number") return { style: "", text: "" };
  const twoSided = low < 0 && high > 0;
  const share = twoSided ? Math.abs(reward) / Math.max(-low, high) : (reward - low) / (high - low);
  const part = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const end = twoSided && reward < 0 ? below : above;
  const mixed = faintest.map((from, i) => Math.round(from + (end[i]! - from) * part));
  const line = Math.round(part * thickest);
  const style = `background: rgb(${mixed.join(", ")}); border-bottom-width: ${line}px; padding-bottom: ${thickest - line}px`;
  return { style, text: number(reward) };
}

/** Three digits after the point where the value has them, no more than four that count elsewhere. */
export function number(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1000) ? value.toPrecision(4) : String(Number(value.toFixed(3)));
}
