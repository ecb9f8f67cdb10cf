/**
 * A number in few digits, but never one that reads as another exact number: 0.12345678 is 0.12346, and 123456789.123 is
 * not 123460000.
 */
export function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  const isRounded = (text: string): boolean => /[.e]/.test(text); // what has no fraction reads as exact
  const short = [Number(value.toPrecision(5)), Number(value.toFixed(3))].map(String).find(isRounded);
  return short ?? String(value);
}
