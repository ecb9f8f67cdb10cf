import "@tensorflow/tfjs-backend-cpu";
import * as generation from "../../src/generation";
import { generate, generateStream } from "../../src/generation/generate";
import type * as tw from "../../src/index";
import { fakeGenerator } from "../fake-generator";
import {
  above0,
  called,
  checksOptions,
  coversFunctions,
  draws,
  type Entry,
  from,
  type OptionValues,
  required,
  rng,
  signal,
  type Values,
} from "../options-table";

const sampling: Values = [
  [{ rng }, { rng, temperature: 0.5, topK: 3, topP: 0.9 }],
  [
    {},
    1,
    { rng, temperature: 0 },
    { rng, topK: 0.5 },
    { rng, topP: 0 },
    { rng, topP: 1.5 },
    { rng, top_k: 3 },
    { rng: 0 },
  ],
];
const generateOptions: OptionValues = {
  maxNewTokens: required([
    [1, 3],
    [0, 1.5, Number.NaN, "3"],
  ]),
  minNewTokens: [
    [0, 1],
    [-1, 0.5, Number.NaN],
  ],
  sampling,
  samples: [[1], [0, 1.5, "2"]],
  repetitionPenalty: above0,
  suppressTokens: [
    [[], [1, 2]],
    [1, [-1], [0.5], ["a"]],
  ],
  stopTokens: [
    [[], [1]],
    [1, [-1], [Number.NaN]],
  ],
  stopStrings: [
    [[], ["a"]],
    ["a", [""], [1]],
  ],
  batchTokens: from(1),
  signal,
  onProgress: called,
};
const beamSearch: Values = [
  [{ numBeams: 2 }, { numBeams: 1, lengthPenalty: -1, earlyStopping: "never" }, { numBeams: 2, earlyStopping: true }],
  [
    {},
    { numBeams: 0 },
    { numBeams: 2, lengthPenalty: Number.NaN },
    { numBeams: 2, earlyStopping: "no" },
    { beams: 2, numBeams: 2 },
    2,
  ],
];
const model = fakeGenerator(() => [1, 2, 3, 4]);

const table: Record<string, Entry> = {
  generate: {
    call: options => generate(model, [[1]], options),
    base: { maxNewTokens: 1 },
    options: { ...generateOptions, beamSearch },
  },
  generateStream: {
    call: options => generateStream(model, [[1]], options).next(),
    base: { maxNewTokens: 1 },
    options: { ...generateOptions, beamSearch: [[], beamSearch[1]] },
  },
  candidateTokens: {
    call: options => generation.candidateTokens({} as tw.CausalLm, [], options),
    base: { rng },
    options: { size: from(1), depth: from(1), startToken: from(0), rng: required(draws), onProgress: called },
  },
  samplePrompts: {
    call: ({ count, rng }) => generation.samplePrompts({} as any, count, rng),
    base: { count: 1, rng },
    options: { count: required(from(0)), rng: required(draws) },
    positional: true,
  },
  sampleFreshPrompts: {
    call: ({ count, tries }) => generation.sampleFreshPrompts({} as any, count, new Set(), rng, tries),
    base: { count: 1, tries: 1 },
    options: { count: required(from(0)), tries: from(1) },
    positional: true,
  },
};

checksOptions(table);
coversFunctions(generation, table, "");
