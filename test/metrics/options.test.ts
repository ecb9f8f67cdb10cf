import * as aq from "arquero";
import * as metrics from "../../src/metrics";
import {
  called,
  checksOptions,
  coversFunctions,
  draws,
  type Entry,
  flag,
  from,
  from0,
  name,
  type OptionValues,
  required,
  rng,
  share,
} from "../options-table";

const bootstrap: OptionValues = {
  rng: required(draws),
  draws: from(1),
  level: [
    [0.5, 0.95],
    [0, 1, 95, Number.NaN, "0.9"],
  ],
  documents: [
    [
      ["a", "b"],
      [1, 2],
    ],
    ["a", 1, [{}]],
  ],
};

const runs = aq.from(["a", "b"].map(method => ({ method, seed: 0, kl: 1, score: 2 })));

const table: Record<string, Entry> = {
  rouge: { call: options => metrics.rouge("a", "a", options), options: { stem: flag } },
  meteor: {
    call: options => metrics.meteor("a", "a", options),
    options: { synonyms: [[() => new Set()], ["wordnet", {}]], alpha: share, beta: from0, gamma: share },
  },
  bertScore: {
    call: options => metrics.bertScore({ config: { family: "bert", layers: 2 } } as any, [], [], options),
    options: { layer: from(1), idf: flag, batchTokens: from(1), onProgress: called },
  },
  distinct: {
    call: ({ n }) => metrics.distinct([["a", "b"]], n),
    base: { n: 1 },
    options: { n: required(from(1)) },
    positional: true,
  },
  repeatedShare: {
    call: ({ n }) => metrics.repeatedShare(["a", "b"], n),
    base: { n: 1 },
    options: { n: required(from(1)) },
    positional: true,
  },
  atEqualKl: {
    call: options => metrics.atEqualKl(runs, options),
    base: { methods: ["a", "b"] },
    options: {
      methods: required([[["b", "a"]], ["a", ["a"], ["a", "b", "c"], [1, 2]]]),
      method: name("method"),
      seed: name("seed"),
      kl: name("kl"),
      score: name("score"),
    },
  },
  pairwiseAgreement: {
    call: options => metrics.pairwiseAgreement([1, 2, 3, 4], [1, 2, 4, 3], options),
    options: {
      listSize: [
        [1, 2, 4],
        [0, 1.5, "2", Number.NaN],
      ],
      starts: [
        [[0, 2, 4], Int32Array.of(0, 4)],
        [2, ["a"], [-1]],
      ],
    },
  },
  bootstrapMean: {
    call: options => metrics.bootstrapMean([1, 2], options),
    base: { rng, draws: 3 },
    options: bootstrap,
  },
  bootstrapDifference: {
    call: options => metrics.bootstrapDifference([1, 2], [2, 1], options),
    base: { rng, draws: 3 },
    options: bootstrap,
  },
};

checksOptions(table);
coversFunctions(metrics, table, "loadWordNet splitWords porterStem spearman krippendorffAlpha accuracy");
