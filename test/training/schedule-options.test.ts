import { reduceOnPlateau } from "../../src/core/plateau";
import { cosine, geometric, inverseSquareRoot, linear, stepwise, warmedUp } from "../../src/training/schedules";
import { above0, checksOptions, type Entry, finite, from, from0, orInfinity, required, share } from "../options-table";

const table: Record<string, Entry> = {
  reduceOnPlateau: {
    call: options => reduceOnPlateau(0.1, options),
    options: { factor: share, patience: orInfinity(from(0)), min: from0 },
  },
  "reduceOnPlateau, by position": {
    call: ({ rate }) => reduceOnPlateau(rate),
    base: { rate: 0.1 },
    options: { rate: required(from0) },
    positional: true,
  },
  geometric: {
    call: ({ from, to, steps }) => geometric(from, to, steps),
    base: { from: 1, to: 2, steps: 3 },
    options: { from: required(above0), to: required(above0), steps: required(above0) },
    positional: true,
  },
  linear: {
    call: ({ from, to, steps }) => linear(from, to, steps),
    base: { from: 1, to: 2, steps: 3 },
    options: { from: required(finite), to: required(finite), steps: required(above0) },
    positional: true,
  },
  cosine: {
    call: ({ from, to, steps }) => cosine(from, to, steps),
    base: { from: 1, to: 2, steps: 3 },
    options: { from: required(finite), to: required(finite), steps: required(above0) },
    positional: true,
  },
  inverseSquareRoot: {
    call: ({ from, scale }) => inverseSquareRoot(from, scale),
    base: { from: 1, scale: 2 },
    options: { from: required(finite), scale: required(above0) },
    positional: true,
  },
  stepwise: {
    call: ({ from, factor, steps }) => stepwise(from, factor, steps),
    base: { from: 1, factor: 0.1, steps: [1] },
    options: {
      from: required(finite),
      factor: required(from0),
      steps: required([
        [[], [1, 2.5]],
        [1, [Number.NaN], ["a"], [-1]],
      ]),
    },
    positional: true,
  },
  warmedUp: {
    call: ({ steps, schedule }) => warmedUp(steps, schedule),
    base: { steps: 1, schedule: 1 },
    options: {
      steps: required(from0),
      schedule: required([
        [1, () => 1],
        [Number.NaN, "1", {}],
      ]),
    },
    positional: true,
  },
};

checksOptions(table);
