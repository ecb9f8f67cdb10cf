import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src/index";
import * as objectives from "../../src/objectives";
import {
  above0,
  checksOptions,
  coversFunctions,
  type Entry,
  flag,
  from0,
  type OptionValues,
  oneOf,
  orInfinity,
  required,
  share,
  tensor,
} from "../options-table";
import { full } from "./batch";

const t = (shape: number[]) => tf.fill(shape, 0.5);
const [x_BT, z_BD] = [t([2, 2]) as tf.Tensor2D, t([4, 3]) as tf.Tensor2D];
const mask_BT = tf.ones([2, 2]) as tf.Tensor2D;
const credit: OptionValues = { credit: oneOf("token", "to-go"), gaps: oneOf("skip", "count") };
const logProbs = { logProbability_BT: x_BT, referenceLogProbability_BT: x_BT, score_B: tf.tensor1d([1, 2]), mask_BT };

const table: Record<string, Entry> = {
  dpo: { call: tw.dpo, options: { beta: above0, labelSmoothing: share, lengthNormalized: flag, marginWeight: from0 } },
  ipo: { call: objectives.ipo, options: { tau: above0, lengthNormalized: flag } },
  simpo: { call: objectives.simpo, options: { beta: above0, margin: from0 } },
  kto: { call: objectives.kto, options: { beta: above0, desirableWeight: from0, undesirableWeight: from0 } },
  slic: { call: objectives.slic, options: { margin: above0, lengthNormalized: flag } },
  tdpo: {
    call: tw.tdpo,
    options: {
      beta: above0,
      version: [
        [1, 2],
        ["1", 3, Number.NaN],
      ],
      alpha: from0,
    },
  },
  plackettLuceDpo: { call: tw.plackettLuceDpo, options: { beta: above0 } },
  kl: { call: tw.kl, options: { estimator: oneOf("exact", "k1", "k2", "k3"), average: oneOf("tokens", "sequences") } },
  lmPrior: {
    call: objectives.lmPrior,
    options: { prior: from0, temperature: above0, average: oneOf("tokens", "none") },
  },
  clippedRatio: {
    call: tw.clippedRatio,
    options: {
      clip: orInfinity(above0),
      clipHigh: orInfinity(above0),
      dualClip: [
        [1.5, 3, Infinity],
        [1, 0, -2, Number.NaN, "3"],
      ],
      average: oneOf("tokens", "sequences"),
    },
  },
  reinforce: {
    call: tw.reinforce,
    options: { ...credit, baseline: oneOf("none", "batch", "position"), scale: oneOf("none", "std") },
  },
  weightedMle: {
    call: tw.weightedMle,
    options: { ...credit, weights: oneOf("reward", "exp"), temperature: above0, normalized: flag },
  },
  cacr: {
    call: options =>
      objectives.cacr(
        { logitsA_BC: z_BD, logitsB_BC: z_BD, label_B: tf.tensor1d([0, 1, 2, 0], "int32"), zA_BD: z_BD, zB_BD: z_BD },
        options,
      ),
    options: { consistency: from0, contrast: from0, temperature: above0 },
  },
  genco: {
    call: options => objectives.genco(z_BD, z_BD, t([4, 4]) as tf.Tensor2D, options),
    options: { temperature: above0 },
  },
  gencoTexts: {
    call: options => objectives.gencoTexts(z_BD, t([4, 4]) as tf.Tensor2D, options),
    options: { temperature: above0 },
  },
  supcon: {
    call: options => objectives.supcon(z_BD, tf.tensor1d([0, 0, 1, 1]), options),
    options: { temperature: above0, weight_B: tensor(tf.ones([4])) },
  },
  meetInTheMiddle: {
    call: options =>
      objectives.meetInTheMiddle(
        {
          forwardLogits_BTV: full.logits_BTV,
          backwardLogits_BTV: full.logits_BTV,
          ids_BT: full.ids_BT,
          mask_BT: full.mask_BT,
        },
        options,
      ),
    options: { disagreementWeight: from0, average: oneOf("tokens", "none") },
  },
  gae: {
    call: options => objectives.gae({ reward_BT: x_BT, value_BT: x_BT, mask_BT }, options),
    options: { discount: share, lambda: share },
  },
  groupAdvantages: {
    call: options => objectives.groupAdvantages(tf.tensor1d([1, 2]), mask_BT, 2, options),
    options: { scale: oneOf("std", "none") },
  },
  "groupAdvantages, by position": {
    call: ({ groupSize }) => objectives.groupAdvantages(tf.tensor1d([1, 2]), mask_BT, groupSize),
    base: { groupSize: 2 },
    options: {
      groupSize: required([
        [1, 2],
        [0, 1.5, "2", Number.NaN],
      ]),
    },
    positional: true,
  },
  valueLoss: {
    call: tw.valueLoss,
    options: { clip: orInfinity(above0) },
  },
  clippedShare: {
    call: options => objectives.clippedShare(full, options),
    options: { clip: orInfinity(above0), clipHigh: orInfinity(above0) },
  },
  implicitRewards: { call: options => objectives.implicitRewards(full, options), options: { beta: above0 } },
  klShapedReward: { call: options => objectives.klShapedReward(logProbs, options), options: { beta: from0 } },
};

checksOptions(table);
coversFunctions(
  objectives,
  table,
  "oddsRatio evaluateTerms whitened pairMeasures constant lookUp masked maskedMean rowMean tokenNll negativeEntropies",
);
