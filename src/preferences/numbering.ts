// The same number for equal values: prompts, candidates, annotators.

import type { Values } from "../tables/columns";

export interface Numbering {
  /** The number of each row's value, by first appearance: [rows]. */
  numbers: Int32Array;
  /** The row where each value first appears: [values]. */
  first: Int32Array;
}

/**
 * Numbers values by content: texts as they are, lists and records by their JSON. Rows with different `within` have
 * different numbers. (A hash table of its own: millions of texts in a Map cost several times the time and memory.)
 */
export function numbered(values: Values, within?: Int32Array): Numbering {
  const rows = values.length;
  const mask = 2 ** Math.ceil(Math.log2(2 * rows + 2)) - 1;
  const slots = new Int32Array(mask + 1); // 1 + the number of a value; 0 is free
  const numbers = new Int32Array(rows);
  const first = new Int32Array(rows);
  const hashes = new Int32Array(rows); // of the values: most others differ by it, without comparing their texts
  const keys: Values = needsKeys(values) ? Array.from(values, keyOf) : values;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const key = keys[row] as string;
    const inside = within ? within[row] : 0;
    if (row > 0 && key === keys[row - 1] && (!within || within[row - 1] === inside)) {
      numbers[row] = numbers[row - 1]; // the rows of a list share their prompt
      continue;
    }
    const hashed = hash(key, inside);
    let slot = hashed & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const value = slots[slot] - 1;
      if (hashes[value] !== hashed) continue;
      if (keys[first[value]] === key && (!within || within[first[value]] === inside)) break;
    }
    if (slots[slot] === 0) {
      hashes[count] = hashed;
      first[count] = row;
      slots[slot] = ++count;
    }
    numbers[row] = slots[slot] - 1;
  }
  return { numbers, first: first.slice(0, count) };
}

function needsKeys(values: Values): boolean {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== "string") return true;
  return false;
}

/** A text that no other value has, nor a usual text. */
const keyOf = (value: unknown) =>
  typeof value === "string" ? value : `\0${typeof value === "bigint" ? value : JSON.stringify(value, sorted)}`;

/** Records with their keys in order: {role, content} says what {content, role} says. BigInt as its digits. */
const sorted = (_: string, value: unknown) =>
  typeof value === "bigint"
    ? String(value)
    : typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;

/** Of the length and about 8 characters all over the text: texts of equal hash are then compared as a whole. */
function hash(text: string, start: number): number {
  let h = Math.imul(start ^ text.length, 0x9e3779b1);
  const step = Math.max(1, text.length >> 3);
  for (let i = text.length - 1; i >= 0; i -= step) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h ^ (h >>> 15);
}
