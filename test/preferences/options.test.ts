import * as aq from "arquero";
import * as tw from "../../src/index";
import * as preferences from "../../src/preferences";
import {
  called,
  checksOptions,
  coversFunctions,
  draws,
  type Entry,
  finite,
  flag,
  from,
  from0,
  name,
  type OptionValues,
  oneOf,
  required,
  rng,
  share,
} from "../options-table";

const responses = { response: ["a", "b"], prompt: ["p", "p"], list: [1, 1], annotator: ["x", "x"] };
const columns: OptionValues = Object.fromEntries(
  ["response", "prompt", "list", "annotator"].map(column => [column, name(column)]),
);
const judged = (more: object) => aq.table({ ...responses, ...more }) as aq.ColumnTable;
const pairs = aq.table({
  ...{ chosen: ["a"], rejected: ["b"], prompt: ["p"], margin: [1], tie: [false], annotator: ["x"] },
  ...{ score_chosen: [2], score_rejected: [1] },
});
const lists = {
  order: Int32Array.of(0, 1, 2, 3),
  ranks: Int32Array.of(1, 2, 1, 2),
  starts: Int32Array.of(0, 2, 4),
  groups: Int32Array.of(0, 1),
};

const table: Record<string, Entry> = {
  fromPairs: {
    call: options => tw.fromPairs(pairs, options),
    options: {
      ...{
        chosen: name("chosen"),
        rejected: name("rejected"),
        promptEnd: name(":"),
        margin: name("margin"),
        tie: name("tie"),
      },
      ...{ chosenScore: name("score_chosen"), rejectedScore: name("score_rejected"), annotator: name("annotator") },
      prompt: [
        ["prompt", null],
        [0, true, {}],
      ],
      contradicted: oneOf("keep", "warn", "drop", "fail"),
    },
  },
  fromRatings: {
    call: options => tw.fromRatings(judged({ rating: [1, 2] }), options),
    options: { ...columns, rating: name("rating") },
  },
  fromRanks: {
    call: options => tw.fromRanks(judged({ rank: [1, 2] }), options),
    options: { ...columns, rank: name("rank") },
  },
  fromLabels: {
    call: options => tw.fromLabels(judged({ label: [true, false] }), options),
    options: {
      ...columns,
      label: name("label"),
      across: [[{ listSize: 2, rng }], [2, {}, { listSize: 1, rng }, { listSize: 2 }, { listSize: 2, rng, list: 3 }]],
    },
  },
  rankSamples: {
    call: options => tw.rankSamples(options),
    base: { score: { name: "s", apply: async () => new Float32Array() }, prompts: ["p"], sample: () => [] },
    options: {
      score: required([[{ name: "s", apply: async () => new Float32Array() }], ["METEOR", {}, 1]]),
      prompts: required([
        [[], ["p"]],
        ["p", 1, {}],
      ]),
      sample: called,
      sampling: [[], ["greedy", 1, {}, { maxNewTokens: 0 }, { maxNewTokens: 3, topp: 0.5 }]],
      promptsPerDraw: from(1),
      keepAll: flag,
      listSize: from(2),
    },
  },
  audit: {
    call: options => tw.audit(tw.fromPairs(pairs), options),
    options: { length: called, bins: from(1), largest: from(2) },
  },
  drawLists: {
    call: options => preferences.drawLists([1, 2, 3, 4, 5, 6], options),
    base: { lists: 1, listSize: 2, rng },
    options: {
      lists: required(from(0)),
      listSize: required([
        [2, 3],
        [1, 2.5, Number.NaN, "2"],
      ]),
      rng: required(draws),
    },
  },
  splitLists: {
    call: ({ share, rng }) => preferences.splitLists(lists, share, rng),
    base: { share: 0.5, rng },
    options: { share: required(share), rng: required(draws) },
    positional: true,
  },
  gapScore: {
    call: options => preferences.gapScore([[0.5, 0.5]], [0], options),
    options: { correct: finite, incorrect: finite },
  },
  promptScore: {
    call: options => tw.promptScore({ classes: [] } as any, [], options),
    options: { correct: finite, incorrect: finite, onProgress: called },
  },
  meteorScore: {
    call: options => preferences.meteorScore(["a"], options),
    options: { synonyms: called, alpha: share, beta: from0, gamma: share },
  },
};

checksOptions(table);
coversFunctions(
  preferences,
  table,
  "annotatorAgreement majorityLists ofAnnotators lengthControlled numberLists mixLists",
);
