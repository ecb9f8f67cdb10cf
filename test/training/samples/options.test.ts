import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as aq from "arquero";
import { groupAdvantage, lastTokenScore } from "../../../src/credit";
import { meanTokens } from "../../../src/guidance/aggregate";
import { kl } from "../../../src/objectives/kl";
import { reinforce } from "../../../src/objectives/reinforce";
import { fromPairs } from "../../../src/preferences/from-pairs";
import { givenLists } from "../../../src/preferences/source";
import { trainWithSamples } from "../../../src/training/samples/with-samples";
import {
  above0,
  called,
  checksOptions,
  draws,
  type Entry,
  flag,
  from,
  from0,
  orInfinity,
  required,
  rng,
  signal,
  type Values,
} from "../../options-table";

const policy = { name: "none", encode: 1, teacherForce: 1, generator: { tokenizer: {} } };
const made = (...right: unknown[]): Values => [right, [1, "x", {}]];
const learn = { aggregate: meanTokens() };
const lists = fromPairs(aq.table({ prompt: ["a"], chosen: ["b"], rejected: ["c"] }));
const base = {
  policy,
  variables: [tf.variable(tf.scalar(0))],
  prompts: [], // so that no call gets further than the checks
  score: { name: "1", apply: async () => new Float32Array() },
  objectives: [reinforce(), kl()],
  batchSize: 8,
  updates: 1,
  sampling: { maxNewTokens: 1 },
  learningRate: 0.1,
  rng,
};
const call = (options: any) => trainWithSamples(options).next();

const table: Record<string, Entry> = {
  trainWithSamples: {
    call,
    base,
    options: {
      policy: required(made(policy)),
      variables: [[base.variables], [1, "x"]],
      reference: made({ weights: 1, config: 1 }),
      prompts: required([[[]], [1, "text", {}]]),
      score: made(base.score),
      scoring: [
        [{}, { perPrompt: 2, budget: 256 }, { budget: Infinity }],
        [1, { perPrompt: 0 }, { budget: -1 }],
      ],
      missingEndPenalty: from0,
      guidance: [[{ learn }], [1, "x"]],
      credit: made(groupAdvantage(), lastTokenScore()),
      objectives: required([[[reinforce()]], [1, [{}], ["reinforce"]]]),
      valueHead: [
        [{}, { hidden: 8, learningRate: 1e-3 }, { learningRate: () => 1 }],
        [1, { hidden: 0 }, { learningRate: -1 }],
      ],
      adaptiveKl: [
        [{ target: 0.1 }, { target: 0.1, rate: 0 }],
        [1, {}, { target: 0 }, { target: 1, rate: 2 }],
      ],
      samples: from(1),
      batchSize: required(from(1)),
      updates: required(from(1)),
      sampling: required([[{ maxNewTokens: 3, topK: 5 }], [3, { maxNewTokens: 0 }, { maxNewTokens: 3, topk: 5 }]]),
      atSamplingTemperature: flag,
      passes: from(1),
      minibatches: from(1),
      microBatchSize: from(1),
      learningRate: required([
        [0, 1e-3, () => 1],
        ["1", -1, Number.NaN],
      ]),
      weightDecay: from0,
      clipNorm: orInfinity(above0),
      validate: [[{ every: 1, measure: async () => ({}) }], [1, {}, { every: 1 }]],
      onSamples: called,
      onProgress: called,
      checkpoint: [[{ folder: "x" }], [1, "x", {}, { folder: "x", every: 0 }]],
      resume: [[], [1, "x", {}]],
      signal,
      rng: required(draws),
    },
  },
  "trainWithSamples, its guidance": {
    call: guidance => call({ ...base, guidance }),
    base: { learn },
    positional: true, // its names have a prefix
    options: {
      learn: required([[learn], [1, {}]]),
      preferences: made(givenLists(lists)),
      every: from(1),
      from: from(0),
      until: orInfinity(from(0)),
      before: made(groupAdvantage()),
      onProgress: called,
    },
  },
};

checksOptions(table);
