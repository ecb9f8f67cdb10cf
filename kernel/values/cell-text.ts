/** Values in the cells of tables. */
import * as util from "node:util";
import { start } from "./cut";
import { numberText } from "./number-text";

const inspected = { depth: 3, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 100 } as const;

/** Whether JSON says all about a value: it has no BigInt, no NaN, no Map, no cycle and the like. */
function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth > 20 || util.types.isProxy(value)) return false;
  if (Array.isArray(value)) return value.every(item => isJson(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const fields = Object.values(Object.getOwnPropertyDescriptors(value));
  return fields.every(({ get, value: item }) => !get && isJson(item, depth + 1));
}

function objectText(value: object): string {
  if (util.types.isProxy(value)) return util.inspect(value, inspected);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return isJson(value) ? JSON.stringify(value) : util.inspect(value, inspected);
}

/** A value in one line of at most `longest` characters. */
export function cellText(value: unknown, longest: number): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return numberText(value);
  let whole: string;
  try {
    whole = typeof value === "object" ? objectText(value) : String(value);
  } catch (error) {
    whole = `(not shown: ${(error as Error)?.message ?? error})`;
  }
  const text = start(whole, 4 * longest).replace(/\s+/g, " "); // cut first: a cell may hold a whole book
  return text.length > longest || whole.length > 4 * longest ? `${start(text, longest - 1)}…` : text;
}
