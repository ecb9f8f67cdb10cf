// From the rewards of the tokens to one score a sequence (Yang et al. 2023, guidance learning): what the listwise loss compares.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { checkNoEmptyRow, lengths, masked } from "../core/masks";
import { checkAxes } from "../core/shapes";

/**
 * One score a row, [B]. The rows are lists of `listSize` candidates, one list after the other, because some functions
 * multiply by C, the mean length of the candidates in the row's list: so scores grow with the task's usual length, as a
 * sum does, but a candidate gains nothing by being longer than its rivals. A sequence on its own is a list of size 1.
 *
 * Gradients go to reward_BT; padding never counts. Errors: a row without a token, rows that do not fill the lists.
 */
export interface Aggregate {
  name: string;
  temperature?: number;
  apply(reward_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, listSize: number): tf.Tensor1D;
}

/** Σ_t r_t: longer responses score more. */
export const sumTokens = (): Aggregate => aggregate("sumTokens", r => tf.sum(masked(r.reward_BT, r.mask_BT), 1));

/** C · mean of r_t (the paper's AVG). */
export const meanTokens = (): Aggregate =>
  aggregate("meanTokens", r => tf.mul(tf.div(tf.sum(masked(r.reward_BT, r.mask_BT), 1), r.length_B), r.listLength_B));

/** C · β log Σ_t exp(r_t / β): the best tokens decide (the paper's MAX). */
export const softMaxTokens = ({ temperature = 2 } = {}): Aggregate =>
  aggregate(
    "softMaxTokens",
    r => tf.mul(softMaximum(r.reward_BT, r.mask_BT, temperature), r.listLength_B),
    temperature,
  );

/** −C · β log Σ_t exp(−r_t / β): the worst tokens decide (the paper's MIN). */
export const softMinTokens = ({ temperature = 2 } = {}): Aggregate =>
  aggregate(
    "softMinTokens",
    r => tf.neg(tf.mul(softMaximum(tf.neg(r.reward_BT), r.mask_BT, temperature), r.listLength_B)),
    temperature,
  );

/** The reward of the last token alone: the bandit baseline, one reward for the whole sequence. */
export const lastToken = (): Aggregate =>
  aggregate("lastToken", ({ reward_BT, mask_BT }) => {
    const [B, T] = mask_BT.shape;
    const place_BT = tf.where(tf.greater(mask_BT, 0), tf.broadcastTo(tf.range(1, T + 1), [B, T]), tf.zeros([B, T]));
    const last_BT = tf.equal(place_BT, tf.max(place_BT, 1, true));
    return tf.sum(tf.where(last_BT, reward_BT, tf.zeros([B, T])), 1);
  });

/** What the functions above work on: length_B counts a row's tokens, listLength_B is the mean of that over its list. */
interface Rows {
  reward_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
  length_B: tf.Tensor1D;
  listLength_B: tf.Tensor1D;
}

function aggregate(name: string, score: (rows: Rows) => tf.Tensor, temperature?: number): Aggregate {
  if (temperature !== undefined && !(temperature > 0)) {
    fail(name, `the temperature is ${temperature}`, "Give one above 0.");
  }
  return {
    name,
    ...(temperature !== undefined && { temperature }),
    apply(reward_BT, mask_BT, listSize) {
      const { B } = checkAxes(name, { reward_BT, mask_BT });
      if (!(listSize >= 1 && Number.isInteger(B / listSize))) {
        fail(
          name,
          `${B} rows do not fill lists of ${listSize}`,
          "Give all candidates of every list, one list after the other.",
        );
      }
      checkNoEmptyRow(name, mask_BT);
      return tf.tidy(() => {
        const length_B = lengths(mask_BT);
        const mean_N1 = tf.mean(tf.reshape(length_B, [B / listSize, listSize]), 1, true);
        const listLength_B = tf.reshape(tf.tile(mean_N1, [1, listSize]), [B]) as tf.Tensor1D;
        return score({ reward_BT, mask_BT, length_B, listLength_B }) as tf.Tensor1D;
      });
    },
  };
}

function softMaximum(x_BT: tf.Tensor2D, mask_BT: tf.Tensor2D, temperature: number): tf.Tensor {
  return tf.mul(temperature, tf.logSumExp(masked(tf.div(x_BT, temperature), mask_BT, -Infinity), 1));
}
