import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { seeded } from "../../src/core/random";
import * as guidance from "../../src/guidance";
import { meanTokens, softMaxTokens, softMinTokens, sumTokens } from "../../src/guidance/aggregate";
import { learnGuidance } from "../../src/guidance/learn-guidance";
import {
  above0,
  called,
  checksOptions,
  coversFunctions,
  draws,
  type Entry,
  finite,
  flag,
  from,
  from0,
  type OptionValues,
  oneOf,
  orInfinity,
  required,
  rng,
  share,
  signal,
  tensor,
  type Values,
} from "../options-table";
import { tinyLlama } from "../tiny-llama";

const x_BT = tf.fill([2, 2], 0.5) as tf.Tensor2D;
const mask_BT = tf.ones([2, 2]) as tf.Tensor2D;
const scores = Array.from({ length: 24 }, (_, i) => i);
const features_NTD = tf.randomNormal([24, 2, 3], 0, 1, "float32", 1) as tf.Tensor3D;
const aggregate: Values = [
  [meanTokens(), sumTokens()],
  ["mean", 1, {}, { name: "mine" }],
];
const bound: Values = [
  [guidance.noBound(), guidance.sigmoidBound()],
  ["none", {}, 1],
];
const fit: OptionValues = {
  aggregate: required(aggregate),
  listSize: from(2),
  listsPerStep: from(1),
  steps: from(1),
  learningRate: [
    [0, 1e-3],
    [-1, Number.NaN, "0.5"],
  ],
  weightDecay: from0,
  plateau: [
    [{}, { factor: 0.5, patience: 0, min: 0 }],
    [1, "x", { factor: 2 }, { patience: -1 }, { factr: 0.5 }, [], { min: Number.NaN }],
  ],
  patience: orInfinity(from(1)),
  loss: [
    [{}, { temperature: 2, margin: 1, labelSmoothing: 0.1, eps: 1e-10 }],
    [{ temperature: 0 }, { eps: -1 }, { labelSmoothing: 2 }, { ranks: [[1]] }, { margin: Number.NaN }, 1],
  ],
  marginWeight: from0,
  centering: from0,
  rewardNorm: from0,
  heldOut: share,
  every: from(1),
  onProgress: called,
  signal,
};
const fitBase = { aggregate: meanTokens(), steps: 1, listSize: 2, listsPerStep: 2 };
const length: OptionValues = { lengthScaled: flag };
const soft: OptionValues = { ...length, temperature: above0 };

const lm = tinyLlama();
const table: Record<string, Entry> = {
  implicitGuidance: {
    call: options => guidance.implicitGuidance(lm, lm, options),
    options: { beta: above0, passSize: from(1) },
  },
  learnGuidance: {
    call: options => learnGuidance({ features_NTD, scores }, seeded(0), options),
    base: fitBase,
    options: { ...fit, bound, hidden: from(1), inputNoise: from0, credit: oneOf("token", "sequence") },
  },
  fitRewards: {
    call(options) {
      const variable = tf.variable(tf.scalar(0.1));
      const rewards = (rows: readonly number[]) =>
        tf.mul(variable, tf.tensor2d([...rows], [rows.length, 1])) as tf.Tensor2D;
      const mask = (rows: readonly number[]) => tf.ones([rows.length, 1]) as tf.Tensor2D;
      return guidance.fitRewards({ variables: [variable], rewards, mask }, scores, seeded(0), options);
    },
    base: fitBase,
    options: fit,
  },
  learnTrunkGuidance: {
    call: options => guidance.learnTrunkGuidance({ prompts: [], responses: [], scores: [] }, seeded(0), options),
    base: { ...fitBase, model: { config: {}, weights: {}, family: {} }, variables: [] },
    options: {
      ...fit,
      bound,
      hidden: from(1),
      model: required([[{ config: {}, weights: {}, family: {} }], ["tiny-lm", {}, 1]]),
      variables: required([
        [[], [tf.scalar(1)]],
        [1, ["w"], {}],
      ]),
    },
  },
  listwiseLoss: {
    call: options => guidance.listwiseLoss(x_BT, options),
    options: {
      order_NK: tensor(tf.tensor2d([0, 1, 1, 0], [2, 2], "int32")),
      ranks: [
        [
          [
            [1, 2],
            [1, 1],
          ],
        ],
        [
          1,
          [1, 2],
          [
            ["a", "b"],
            [1, 2],
          ],
          [
            [1, Number.NaN],
            [1, 2],
          ],
        ],
      ],
      mask_NK: tensor(mask_BT),
      temperature: above0,
      margin: finite,
      behind_NK: tensor(x_BT),
      labelSmoothing: share,
      eps: from0,
    },
  },
  createRewardModel: {
    call: options => guidance.createRewardModel(options),
    base: { features_NTD, bound: guidance.noBound(), rng },
    options: {
      features_NTD: required(tensor(features_NTD)),
      mask_NT: tensor(tf.ones([24, 2])),
      hidden: from(1),
      bound: required(bound),
      rng: required(draws),
    },
  },
  softplusBound: {
    call: guidance.softplusBound,
    options: {
      min: [
        [-1, 0, 0.5],
        [Number.NaN, "0", Infinity, 2],
      ],
      max: [
        [0.5, 2],
        [Number.NaN, "0.5", Infinity],
      ],
    },
  },
  meanTokens: { call: meanTokens, options: length },
  hardMaxTokens: { call: guidance.hardMaxTokens, options: length },
  hardMinTokens: { call: guidance.hardMinTokens, options: length },
  softMaxTokens: { call: softMaxTokens, options: soft },
  softMinTokens: { call: softMinTokens, options: soft },
  overSegments: {
    call: ({ shares }) => guidance.overSegments(x_BT, mask_BT, mask_BT, shares),
    options: { shares: oneOf("each", "share", "last") },
    positional: true,
  },
};

checksOptions(table);
coversFunctions(guidance, table, "noBound sigmoidBound centering squaredRewards segmentEnds");
