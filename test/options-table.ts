// A table of a function's options: values of each that are right, and values that it refuses by the option's name.

import assert from "node:assert/strict";
import { test } from "node:test";
import type * as tf from "@tensorflow/tfjs-core";
import { seeded } from "../src/core/random";

export type Values = [right: unknown[], wrong: unknown[]];
export type OptionValues = Record<string, Values>;

export interface Entry {
  call(options: any): unknown;
  /** Options that must be given. */
  base?: Record<string, unknown>;
  options: OptionValues;
  /** Arguments by position, which cannot be misspelt. */
  positional?: boolean;
}

export const rng = seeded(0);
const nan = Number.NaN;
const notNumbers = [nan, "0.5", Infinity, -Infinity];
export const above0: Values = [
  [1e-3, 0.5, 7],
  [0, -1, ...notNumbers],
];
export const from0: Values = [
  [0, 0.5, 7],
  [-1e-3, ...notNumbers],
];
export const share: Values = [
  [0, 0.5, 1],
  [-0.1, 1.1, ...notNumbers],
];
export const finite: Values = [[-2, 0, 0.5], notNumbers];
/** Whole numbers. */
export const from = (least: number): Values => [
  [least, least + 3],
  [least - 1, least + 0.5, nan, "3", Infinity],
];
export const orInfinity = ([right, wrong]: Values): Values => [
  [...right, Infinity],
  wrong.filter(value => value !== Infinity),
];
export const oneOf = (...values: unknown[]): Values => [values, ["", "othre", 7, {}]];
export const flag: Values = [
  [true, false],
  [0, 1, "true"],
];
export const called: Values = [[() => 1], ["f", 1, {}]];
export const draws: Values = [[rng], [0, {}, Math.random]];
export const signal: Values = [[new AbortController().signal], [true, {}, new AbortController()]];
export const name = (column: string): Values => [[column], [0, true, ["a"]]];
export const tensor = (x: tf.Tensor): Values => [[x], [1, [1, 2], {}, "x"]];
export const required = ([right, wrong]: Values): Values => [right, [...wrong, undefined]];

/** The message of what it throws, or of the rejected promise. */
async function refusal({ call }: Entry, options: unknown): Promise<string> {
  try {
    const result = await call(options);
    if (result !== null && typeof result === "object" && "dispose" in result) (result as { dispose(): void }).dispose();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Tests every function of the table; an entry's name is the function's, with a remark after a comma. */
export function checksOptions(table: Record<string, Entry>): void {
  for (const [title, entry] of Object.entries(table)) {
    const { base = {}, options, positional } = entry;
    const where = title.replace(/,.*/, "");
    const names = Object.keys(options);

    test(`${title}: right values are accepted, others refused by the option's name`, async () => {
      for (const [name, [right, wrong]] of Object.entries(options)) {
        for (const value of right) {
          const message = await refusal(entry, { ...base, [name]: value });
          const refused = message.startsWith(`${where}: ${name}`) || message.includes("no option");
          assert.ok(!refused, `${name} is ${String(value)}: ${message}`);
        }
        const noValue = right.includes(null) ? [] : [null];
        for (const value of [...wrong, ...noValue]) {
          const message = await refusal(entry, { ...base, [name]: value });
          const shown = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
          assert.match(message, new RegExp(`^${where}: .*${name}.*\\. \\w`, "s"), `${name} is ${shown}: ${message}`);
        }
      }
    });

    if (!positional)
      test(`${title}: a misspelt option is refused with the right one, and so are options that are no record`, async () => {
        for (const name of names) {
          const misspelt = `${name}s`;
          const message = await refusal(entry, { ...base, [misspelt]: options[name][0][0] ?? 1 });
          if (names.includes(misspelt)) continue;
          assert.ok(message.startsWith(`${where}: there is no option "${misspelt}". Did you mean "${name}"?`), message);
        }
        // Every option has its line in the table.
        const [, all] = (await refusal(entry, { ...base, qqqqqqqqqqqq: 1 })).match(/There (?:are|is) (.*)\.$/) ?? [];
        assert.deepEqual(all?.split(", ").sort(), [...names].sort());
        for (const nothing of [null, "x", 1, []]) {
          const message = await refusal(entry, nothing);
          assert.match(message, new RegExp(`^${where}: the options are`));
        }
      });
  }
}

/** Tests that every function of a namespace is in the table, or among those that take no options. */
export function coversFunctions(namespace: object, table: Record<string, Entry>, others: string): void {
  test("every function is in the table, or takes no options", () => {
    for (const [name, value] of Object.entries(namespace))
      if (typeof value === "function") assert.ok(name in table || others.split(" ").includes(name), name);
  });
}
