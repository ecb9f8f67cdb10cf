/** Any value as text, cut to a length that suits a notebook. */
import * as util from "node:util";
import { cut } from "./cut";
import { nameTensors } from "./mime-tensor";

const shownItems = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 };
/** Values with more items than this are shown in less depth. */
const manyItems = 20_000;
const fewItems = { depth: 1, maxArrayLength: 30, maxStringLength: 10_000 };

/** A value as `console.log` prints it, at most 30,000 characters. */
export function plainText(value: unknown): string {
  nameTensors();
  try {
    return cut(util.inspect(value, hasMany(value) ? fewItems : shownItems));
  } catch (error) {
    return `${Object.prototype.toString.call(value)} (its text failed: ${(error as Error)?.message ?? "no reason"})`;
  }
}

/** Whether more than `manyItems` items would be printed. */
function hasMany(value: unknown): boolean {
  let seen = 0;
  const visit = (item: unknown, depth: number): boolean => {
    if (typeof item !== "object" || item === null || depth > shownItems.depth) return false;
    if (ArrayBuffer.isView(item) || util.types.isProxy(item)) return false;
    let taken = 0;
    for (const each of inside(item)) {
      if (++seen > manyItems) return true;
      if (++taken <= shownItems.maxArrayLength && visit(each, depth + 1)) return true;
    }
    return false;
  };
  return visit(value, 0);
}

/** The items of a value. Getters are not called, as they may have side effects. */
function* inside(value: object): Iterable<unknown> {
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) yield* value.values();
  else for (const key of Object.keys(value)) yield Object.getOwnPropertyDescriptor(value, key)?.value;
}
