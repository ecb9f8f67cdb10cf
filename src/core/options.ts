// Options of public functions: each is declared once, with the check of its values. TypeScript sees misspelt names and
// wrong types in literals only; values from plain JavaScript, JSON or a variable are checked here.

import { distance } from "fastest-levenshtein";
import { fail } from "./errors";

/** What an option's values must be. */
export interface Check {
  /** As in "Give …": "a number above 0". */
  expected: string;
  accepts(value: unknown): boolean;
  /** The values there are, where they can be listed: the nearest to a misspelt one is suggested. */
  values?: readonly string[];
  /** Checks what is inside a value that was accepted, under the option's name. */
  inside?(where: string, name: string, value: unknown): void;
  required?: boolean;
}

/** A check for each option, `required(…)` for those that must be given. */
export type Checks<Options> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name] ? Check : Check & { required: true };
};

/**
 * Errors: options that are not a record; a name that is not among `checks`, with the nearest one that is; a value that
 * its check refuses; a required option that is missing. An option that is undefined counts as not given.
 */
export function checkOptions<Options extends object>(where: string, options: Options, checks: Checks<Options>): void {
  checkFields(where, "", options, checks);
}

function checkFields(where: string, path: string, options: unknown, checks: Record<string, Check>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    fail(where, `${path ? `${path} is` : "the options are"} ${shown(options)}`, "Give a record of options.");
  const prefix = path ? `${path}.` : "";
  const names = Object.keys(checks);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, name)) fail(where, `there is no option "${prefix}${name}"`, suggestion(name, names));
    checkValue(where, `${prefix}${name}`, value, checks[name]);
  }
  const missing = names.find(name => checks[name].required && (options as Record<string, unknown>)[name] === undefined);
  if (missing !== undefined) fail(where, `${prefix}${missing} is missing`, `Give ${checks[missing].expected}.`);
}

function checkValue(where: string, name: string, value: unknown, check: Check): void {
  if (!check.accepts(value)) {
    const listed = check.values?.length && typeof value === "string";
    fail(where, `${name} is ${shown(value)}`, listed ? suggestion(value, check.values!) : `Give ${check.expected}.`);
  }
  check.inside?.(where, name, value);
}

/** The nearest of the names where it is near enough to be meant, else all of them. */
function suggestion(wrong: string, names: readonly string[]): string {
  const lower = wrong.toLowerCase();
  // The beginning of a name counts as little more than one edit.
  const edits = (name: string) =>
    Math.min(distance(lower, name), name.startsWith(lower) && lower.length > 2 ? 1.5 : Infinity);
  const [nearest] = names.map(name => ({ name, edits: edits(name.toLowerCase()) })).sort((a, b) => a.edits - b.edits);
  const all = names.length > 0 ? `There ${names.length > 1 ? "are" : "is"} ${names.join(", ")}.` : "It takes none.";
  return nearest && nearest.edits <= Math.max(2, wrong.length / 3) ? `Did you mean "${nearest.name}"? ${all}` : all;
}

/** A value in an error message. */
function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : "a record";
  return String(value);
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

export const required = <C extends Check>(check: C): C & { required: true } => ({ ...check, required: true });

/** Any value: of an option that something else checks. */
export const anything: Check = { expected: "a value", accepts: () => true };
export const finite: Check = { expected: "a number", accepts: isNumber };
export const above = (least: number): Check => ({
  expected: `a number above ${least}`,
  accepts: value => isNumber(value) && value > least,
});
export const atLeast = (least: number): Check => ({
  expected: `a number of ${least} or more`,
  accepts: value => isNumber(value) && value >= least,
});
/** From `least` to `most`, both included. */
export const between = (least: number, most: number): Check => ({
  expected: `a number from ${least} to ${most}`,
  accepts: value => isNumber(value) && value >= least && value <= most,
});
export const integer = (least: number, most = Number.MAX_SAFE_INTEGER): Check => ({
  expected:
    most === Number.MAX_SAFE_INTEGER ? `a whole number, ${least} or more` : `a whole number from ${least} to ${most}`,
  accepts: value => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
});
export const flag: Check = { expected: "true or false", accepts: value => typeof value === "boolean" };
export const text: Check = { expected: "a text", accepts: value => typeof value === "string" };
export const callback: Check = { expected: "a function", accepts: value => typeof value === "function" };
export const oneOf = (...values: readonly (string | number | boolean)[]): Check => ({
  expected: `one of ${values.join(", ")}`,
  values: values.filter(value => typeof value === "string"),
  accepts: value => values.includes(value as string),
});
/** A number that `check` accepts, or Infinity where that means: no limit. */
export const orInfinity = (check: Check): Check => ({
  expected: `${check.expected}, or Infinity`,
  accepts: value => value === Infinity || check.accepts(value),
});
/** Known by its methods: a tensor may come from another copy of tfjs, and the kernel starts without loading any. */
export const tensor: Check = {
  expected: "a tensor",
  accepts: value => isRecord(value) && typeof value.dataSync === "function" && Array.isArray(value.shape),
};
export const randomness: Check = {
  expected: "a stream of random numbers, such as seeded(0)",
  accepts: value => isRecord(value) && typeof value.uniform === "function" && typeof value.split === "function",
};
export const signal: Check = {
  expected: "an AbortSignal",
  accepts: value => isRecord(value) && typeof value.throwIfAborted === "function",
};
/** A list, or a typed array, of values that `check` accepts. */
export const listOf = (check: Check): Check => ({
  expected: `a list; each entry ${check.expected}`,
  accepts: value => Array.isArray(value) || ArrayBuffer.isView(value),
  inside(where, name, value) {
    for (const [i, entry] of Array.from(value as unknown[]).entries()) checkValue(where, `${name}[${i}]`, entry, check);
  },
});
/** A record with options of its own. */
export const fields = <Options extends object>(checks: Checks<Options>): Check => ({
  expected: `a record of ${Object.keys(checks).join(", ")}`,
  accepts: value => isRecord(value) && !Array.isArray(value),
  inside: (where, name, value) => checkFields(where, name, value, checks),
});
/**
 * A value that a function of the library makes, known by its members: `made("an aggregate, such as meanTokens()",
 * "apply")`.
 */
export const made = (expected: string, ...members: readonly string[]): Check => ({
  expected,
  accepts: value =>
    (isRecord(value) || typeof value === "function") && members.every(member => member in (value as object)),
});
/** A value that one of the checks accepts; the first that does checks what is inside. */
export const either = (...checks: readonly Check[]): Check => ({
  expected: checks.map(({ expected }) => expected).join(", or "),
  values: checks.every(({ values }) => values) ? checks.flatMap(({ values }) => values!) : undefined,
  accepts: value => checks.some(({ accepts }) => accepts(value)),
  inside: (where, name, value) => checks.find(({ accepts }) => accepts(value))?.inside?.(where, name, value),
});
