import assert from "node:assert/strict";
import { test } from "node:test";
import {
  above,
  anything,
  atLeast,
  between,
  type Checks,
  checkOptions,
  either,
  fields,
  flag,
  integer,
  listOf,
  made,
  oneOf,
  orInfinity,
  required,
  text,
} from "../../src/core/options";

interface Options {
  steps: number;
  rate?: number;
  share?: number;
  patience?: number;
  kind?: "token" | "sequence";
  sizes?: readonly number[];
  names?: readonly string[];
  shape?: { width: number; deep?: boolean };
  prompt?: string | null;
  aggregate?: object;
  weight?: number | readonly number[];
}
const checks: Checks<Options> = {
  steps: required(integer(1, 100)),
  rate: above(0),
  share: between(0, 1),
  patience: orInfinity(integer(0)),
  kind: oneOf("token", "sequence"),
  sizes: listOf(integer(1)),
  names: listOf(text),
  shape: fields<{ width: number; deep?: boolean }>({ width: required(atLeast(1)), deep: flag }),
  prompt: either(text, { expected: "null", accepts: value => value === null }),
  aggregate: made("an aggregate, such as meanTokens()", "apply"),
  weight: either(atLeast(0), listOf(atLeast(0))),
};
const check = (options: unknown) => checkOptions("f", options as Options, checks);

test("right options pass, undefined ones among them", () => {
  check({ steps: 1 });
  check({
    steps: 100,
    rate: undefined,
    patience: Infinity,
    kind: "token",
    sizes: Int32Array.of(1, 2),
    names: [],
    prompt: null,
  });
  check({ steps: 2, shape: { width: 1, deep: false }, aggregate: { apply: () => 0 }, weight: [0, 1], share: 1 });
});

const names = "There are steps, rate, share, patience, kind, sizes, names, shape, prompt, aggregate, weight.";
const wrong: [options: unknown, message: string][] = [
  [{}, "f: steps is missing. Give a whole number from 1 to 100."],
  [{ steps: undefined }, "f: steps is missing. Give a whole number from 1 to 100."],
  [null, "f: the options are null. Give a record of options."],
  ["x", 'f: the options are "x". Give a record of options.'],
  [[1], "f: the options are a list of 1. Give a record of options."],
  [{ steps: 1, sters: 2 }, `f: there is no option "sters". Did you mean "steps"? ${names}`],
  [{ steps: 1, Rate: 2 }, `f: there is no option "Rate". Did you mean "rate"? ${names}`],
  [{ steps: 1, toString: 2 }, `f: there is no option "toString". ${names}`],
  [{ steps: "1" }, 'f: steps is "1". Give a whole number from 1 to 100.'],
  [{ steps: 101 }, "f: steps is 101. Give a whole number from 1 to 100."],
  [{ steps: 1, rate: 0 }, "f: rate is 0. Give a number above 0."],
  [{ steps: 1, rate: Number.NaN }, "f: rate is NaN. Give a number above 0."],
  [{ steps: 1, rate: null }, "f: rate is null. Give a number above 0."],
  [{ steps: 1, share: 1.5 }, "f: share is 1.5. Give a number from 0 to 1."],
  [{ steps: 1, patience: -1 }, "f: patience is -1. Give a whole number, 0 or more, or Infinity."],
  [{ steps: 1, kind: "sequnce" }, 'f: kind is "sequnce". Did you mean "sequence"? There are token, sequence.'],
  [{ steps: 1, kind: 3 }, "f: kind is 3. Give one of token, sequence."],
  [{ steps: 1, sizes: 3 }, "f: sizes is 3. Give a list; each entry a whole number, 1 or more."],
  [{ steps: 1, sizes: [1, 0] }, "f: sizes[1] is 0. Give a whole number, 1 or more."],
  [{ steps: 1, names: ["a", 2] }, "f: names[1] is 2. Give a text."],
  [{ steps: 1, shape: {} }, "f: shape.width is missing. Give a number of 1 or more."],
  [
    { steps: 1, shape: { width: 1, dep: true } },
    'f: there is no option "shape.dep". Did you mean "deep"? There are width, deep.',
  ],
  [{ steps: 1, shape: { width: 1, deep: 1 } }, "f: shape.deep is 1. Give true or false."],
  [{ steps: 1, shape: 5 }, "f: shape is 5. Give a record of width, deep."],
  [{ steps: 1, prompt: 1 }, "f: prompt is 1. Give a text, or null."],
  [{ steps: 1, aggregate: { name: "a" } }, "f: aggregate is a record. Give an aggregate, such as meanTokens()."],
  [{ steps: 1, weight: [1, -1] }, "f: weight[1] is -1. Give a number of 0 or more."],
];

for (const [options, message] of wrong) test(message, () => assert.throws(() => check(options), { message }));

test("what something else checks may be anything, and a function without options says so", () => {
  checkOptions("f", { x: Symbol() }, { x: required(anything) });
  assert.throws(() => checkOptions("f", { x: 1 } as object, {}), /there is no option "x"\. It takes none\./);
});
