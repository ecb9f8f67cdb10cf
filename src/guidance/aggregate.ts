// From the rewards of the tokens to one score a sequence (Yang et al. 2023, guidance learning): what the listwise loss
// compares.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { isLast, masked, rowLengths } from "../core/masks";
import { above, checkOptions, flag, made } from "../core/options";
import { checkAxes } from "../core/shapes";

/**
 * One score a row, [B]. The rows are lists of `listSize` candidates, one list after the other, because some functions
 * multiply by C, the mean length of the candidates in the row's list: so scores grow with the task's usual length, as a
 * sum does, but a candidate gains nothing by being longer than its rivals. A sequence on its own is a list of size 1.
 * Where lists differ in size, `listSize` gives the size of each.
 *
 * Gradients go to reward_BT; padding never counts. Errors: a row without a token, rows that do not fill the lists.
 */
export interface Aggregate {
  name: string;
  temperature?: number;
  lengthScaled?: boolean;
  apply(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, listSize: number | readonly number[]): tf.Tensor1D;
}

export const aggregateCheck = made("an aggregate, such as meanTokens()", "name", "apply");

export interface LengthOptions {
  /** Whether the score counts C times. Default true, as in the paper. */
  lengthScaled?: boolean;
}

export interface SoftOptions extends LengthOptions {
  /** β. Default 2, the paper's; a small one comes near the hard maximum or minimum. */
  temperature?: number;
}

/** Σ_t r_t: longer responses score more. */
export const sumTokens = (): Aggregate => aggregate("sumTokens", r => tf.sum(masked(r.reward_BT, r.mask_BT), 1));

/** C · mean of r_t (the paper's AVG). */
export const meanTokens = (options: LengthOptions = {}): Aggregate =>
  aggregate("meanTokens", meanReward, lengthOptions("meanTokens", options));

/** C · β log Σ_t exp(r_t / β): the best tokens decide (the paper's MAX). */
export function softMaxTokens(options: SoftOptions = {}): Aggregate {
  const { temperature, lengthScaled } = softOptions("softMaxTokens", options);
  return aggregate("softMaxTokens", r => tf.mul(r.scale_B, softMaximum(r.reward_BT, r.mask_BT, temperature)), {
    temperature,
    lengthScaled,
  });
}

/** −C · β log Σ_t exp(−r_t / β): the worst tokens decide (the paper's MIN). */
export function softMinTokens(options: SoftOptions = {}): Aggregate {
  const { temperature, lengthScaled } = softOptions("softMinTokens", options);
  const least = (r: Rows) => tf.neg(softMaximum(tf.neg(r.reward_BT), r.mask_BT, temperature));
  return aggregate("softMinTokens", r => tf.mul(r.scale_B, least(r)), { temperature, lengthScaled });
}

/** C · max r_t, the limit of `softMaxTokens` for β → 0. The gradient goes to the first of equal tokens. */
export const hardMaxTokens = (options: LengthOptions = {}): Aggregate =>
  aggregate("hardMaxTokens", r => tf.mul(r.scale_B, hardMaximum(r)), lengthOptions("hardMaxTokens", options));

/** C · min r_t, the limit of `softMinTokens` for β → 0. The gradient goes to the first of equal tokens. */
export const hardMinTokens = (options: LengthOptions = {}): Aggregate =>
  aggregate(
    "hardMinTokens",
    r => tf.mul(r.scale_B, tf.neg(hardMaximum({ ...r, reward_BT: tf.neg(r.reward_BT) }))),
    lengthOptions("hardMinTokens", options),
  );

/** The reward of the last token alone: the bandit baseline, one reward for the whole sequence. */
export const lastToken = (): Aggregate =>
  aggregate("lastToken", r => tf.sum(tf.where(isLast(r.mask_BT), r.reward_BT, tf.zerosLike(r.reward_BT)), 1));

interface Rows {
  reward_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
  /** Tokens of each row. */
  length_B: number[];
  /** C of each row, or 1 where scores are not length-scaled. */
  scale_B: number[];
}

function lengthOptions(where: string, options: LengthOptions): Required<LengthOptions> {
  checkOptions(where, options, { lengthScaled: flag });
  return { lengthScaled: options.lengthScaled ?? true };
}

function softOptions(where: string, options: SoftOptions): Required<SoftOptions> {
  checkOptions(where, options, { temperature: above(0), lengthScaled: flag });
  return { temperature: options.temperature ?? 2, lengthScaled: options.lengthScaled ?? true };
}

function aggregate(name: string, score: (rows: Rows) => tf.Tensor, options: SoftOptions = {}): Aggregate {
  const { lengthScaled = false } = options;
  return {
    name,
    ...options,
    apply(reward_BT, mask_BT, listSize) {
      const { B } = checkAxes(name, { reward_BT, mask_BT });
      const sizes = typeof listSize === "number" ? Array<number>(Math.ceil(B / listSize)).fill(listSize) : listSize;
      if (!sizes.every(size => size >= 1) || sizes.reduce((sum, size) => sum + size, 0) !== B) {
        fail(
          name,
          `${B} rows do not fill lists of ${listSize}`,
          "Give all candidates of every list, one list after the other.",
        );
      }
      const length_B = rowLengths(name, mask_BT);
      const scale_B = lengthScaled ? listLengths(length_B, sizes) : length_B.map(() => 1);
      return tf.tidy(() => score({ reward_BT, mask_BT, length_B, scale_B }) as tf.Tensor1D);
    },
  };
}

/** C for every row. */
function listLengths(length_B: number[], sizes: readonly number[]): number[] {
  let row = 0;
  return sizes.flatMap(size => {
    const own = length_B.slice(row, (row += size));
    return Array<number>(size).fill(own.reduce((sum, length) => sum + length, 0) / size);
  });
}

const meanReward = ({ reward_BT, mask_BT, length_B, scale_B }: Rows): tf.Tensor => {
  const weight_B = scale_B.map((scale, i) => scale / length_B[i]);
  return tf.mul(tf.sum(masked(reward_BT, mask_BT), 1), weight_B);
};

const softMaximum = (x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, temperature: number): tf.Tensor =>
  tf.mul(temperature, tf.logSumExp(masked(tf.div(x_BT, temperature), mask_BT, -Infinity), 1));

/** max r_t; the whole gradient goes to the first token that has it. */
const hardMaximum = ({ reward_BT, mask_BT }: Rows): tf.Tensor =>
  tf.customGrad((x_BT, save) => {
    const real_BT = masked(x_BT as tf.Tensor2D, mask_BT, -Infinity);
    const best_B = tf.argMax(real_BT, 1) as tf.Tensor1D;
    (save as tf.GradSaveFunc)([best_B]);
    return {
      value: tf.max(real_BT, 1),
      gradFunc: (d_B, [best_B]) => tf.mul(tf.expandDims(d_B, 1), oneHot(best_B, reward_BT.shape)),
    };
  })(reward_BT);

const oneHot = (index_B: tf.Tensor, [, T]: [number, number]) =>
  tf.cast(tf.equal(tf.expandDims(index_B, 1), tf.range(0, T, 1, "int32")), "float32");
