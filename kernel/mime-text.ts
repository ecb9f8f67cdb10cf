/** Any value as text, cut where it would flood the notebook. */
import * as util from "node:util";
import { nameTensors } from "./mime-tensor";

const longest = 30_000; // characters
const shownItems = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 };
/** With more items than this inside, less of each is shown. */
const manyItems = 20_000;
const fewItems = { depth: 1, maxArrayLength: 30, maxStringLength: 10_000 };

export function plainText(value: unknown): string {
  nameTensors();
  return cut(util.inspect(value, hasMany(value) ? fewItems : shownItems));
}

/** Whether more than `manyItems` would be looked at. */
function hasMany(value: unknown): boolean {
  let seen = 0;
  const visit = (item: unknown, depth: number): boolean => {
    if (typeof item !== "object" || item === null || depth > shownItems.depth) return false;
    if (ArrayBuffer.isView(item)) return false;
    const inner: Iterable<unknown> = item instanceof Map || item instanceof Set ? item.values() : Object.values(item);
    let taken = 0;
    for (const each of inner) {
      if (++seen > manyItems) return true;
      if (++taken <= shownItems.maxArrayLength && visit(each, depth + 1)) return true;
    }
    return false;
  };
  return visit(value, 0);
}

/** Whole lines from the beginning, and how much is left out. */
export function cut(text: string): string {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf("\n", longest);
  const kept = text.slice(0, end > 0 ? end : longest);
  const left = text.length - kept.length;
  return `${kept}\n… ${left.toLocaleString("en")} more characters; console.log shows all`;
}
