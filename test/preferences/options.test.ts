import { tmpdir } from "node:os";
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
const columns: OptionValues = {
  ...Object.fromEntries(["response", "prompt", "list", "annotator"].map(column => [column, name(column)])),
  missing: oneOf("fail", "drop"),
};
const judged = (more: object) => aq.table({ ...responses, ...more }) as aq.ColumnTable;
const pairs = aq.table({
  ...{ chosen: ["a"], rejected: ["b"], prompt: ["p"], margin: [1], tie: [false], annotator: ["x"] },
  ...{ score_chosen: [2], score_rejected: [1] },
});
const prm = aq.table({
  problem: ["p"],
  label: [
    {
      steps: [
        {
          completions: [
            { text: "a", rating: 1 },
            { text: "b", rating: -1 },
          ],
          chosen_completion: 0,
        },
      ],
    },
  ],
});
const pairFiles: OptionValues = {
  ...Object.fromEntries(
    ["prompt", "chosen", "rejected", "chosenScore", "rejectedScore", "margin", "tie", "annotator"].map(own => [
      own,
      name(own),
    ]),
  ),
  ...{ split: name("train"), config: name("default"), revision: name("main") },
  memory: [
    ["1GB", "500 MB"],
    ["much", 3],
  ],
  threads: from(1),
  temp: [[tmpdir()], [3]],
};
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
    options: {
      ...columns,
      rating: name("rating"),
      weights: [[{ rating: 1 }], [{}, { rating: "1" }, { rating: Number.NaN }, "rating"]],
    },
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
  fromChoices: {
    call: options =>
      tw.fromChoices(
        aq.table({
          ...{
            response_a: ["x", "y"],
            response_b: ["y", "x"],
            both: [
              ["x", "y"],
              ["y", "x"],
            ],
            winner: ["a", "b"],
          },
          ...{ score_a: [2, 1], score_b: [1, 2], prompt: ["p", "q"], annotator: ["x", "x"] },
        }),
        options,
      ),
    options: {
      ...{ first: name("response_a"), second: name("response_b"), responses: name("both") },
      ...{ firstScore: name("score_a"), secondScore: name("score_b"), prompt: name("prompt") },
      ...{
        annotator: name("annotator"),
        winner: [
          ["winner", ["winner"]],
          [1, [2]],
        ],
      },
      values: [[{ first: "a", second: "b" }], [{}, { first: 1 }, "a", 3]],
      ...{ missing: oneOf("fail", "drop", "tie"), ties: oneOf("keep", "drop") },
      contradicted: oneOf("keep", "warn", "drop", "fail"),
    },
  },
  fromTrees: {
    call: options =>
      preferences.fromTrees(
        aq.table({
          message_id: ["1", "2", "3"],
          parent_id: [null, "1", "1"],
          text: ["q", "a", "b"],
          role: ["prompter", "assistant", "assistant"],
          rank: [null, 0, 1],
          prompt: ["", "", ""],
        }),
        options,
      ),
    options: {
      ...{ id: name("message_id"), parent: name("parent_id"), content: name("text"), rank: name("rank") },
      tree: name("prompt"),
    },
  },
  fromSteps: {
    call: options => preferences.fromSteps(prm, options),
    options: { steps: [[], [1]], labels: [[], [1]], prompt: name("problem") },
  },
  stepRewards: {
    call: options => preferences.stepRewards(aq.table({ prompt: ["p"], steps: [["a"]], labels: [[true]] }), options),
    options: { steps: name("steps"), labels: name("labels"), prompt: name("prompt") },
  },
  auditFiles: {
    call: options => preferences.auditFiles("/nowhere/a.parquet", options),
    options: { ...pairFiles, bins: from(1) },
  },
  numberFiles: {
    call: options => preferences.numberFiles("/nowhere/a.parquet", tmpdir(), options),
    options: pairFiles,
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
  "formOf annotatorAgreement majorityLists ofAnnotators lengthControlled numberLists mixLists",
);
