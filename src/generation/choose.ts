// The next token of every row: the likeliest one, or one drawn at random.

import * as tf from "@tensorflow/tfjs-core";
import { tokenNll } from "../backend/token-nll";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { keepNucleus, keepTopK, penalizeRepetition, suppressTokens } from "./filters";
import type { Settings } from "./options";

/** A row of the batch, and what its choice depends on. */
export interface ChoosingRow {
  input: number;
  /** Tokens of the sequence so far, the input's included. */
  seen: ReadonlySet<number>;
  /** Its own stream, when sampling. */
  rng?: Rng;
}

/** The rows, their step and the settings. */
export interface Choosing {
  rows: readonly ChoosingRow[];
  step: number;
  settings: Settings;
}

/**
 * A token for every row, and its log-probability under the model's own distribution: softmax of the logits as they are,
 * without penalty, temperature or filter.
 *
 * Errors: logits that are not numbers; no token is allowed.
 */
export function chooseTokens(logits_BV: tf.Tensor2D, choosing: Choosing): { ids: number[]; logProbs: number[] } {
  return tf.tidy(() => {
    const allowed_BV = allowedLogits(logits_BV, choosing);
    const chosen_B = choosing.settings.sampling
      ? tf.tensor1d(drawn(allowed_BV, choosing), "int32")
      : tf.argMax<tf.Tensor1D>(allowed_BV, -1);
    const B = choosing.rows.length;
    const found = read(() => {
      const nll_B1 = tokenNll(tf.expandDims(logits_BV, 1) as tf.Tensor3D, tf.reshape(chosen_B, [B, 1]));
      return tf.concat([tf.cast(chosen_B, "float32"), tf.neg(tf.reshape(nll_B1, [B]))]);
    });
    const logProbs = [...found.subarray(B)];
    checkNumbers(logProbs, choosing);
    return { ids: [...found.subarray(0, B)], logProbs };
  });
}

/**
 * Logits or log-probabilities after the filters that every way of choosing shares: repetition penalty, suppressed
 * tokens, least length.
 * Errors: no token is allowed.
 */
export function allowedLogits(logits_BV: tf.Tensor2D, { rows, step, settings }: Choosing): tf.Tensor2D {
  const { repetitionPenalty, suppressTokens: never, minNewTokens, stopTokens } = settings;
  const suppressed = step < minNewTokens ? [...never, ...stopTokens] : never;
  return tf.tidy(() => {
    let allowed_BV = logits_BV;
    if (repetitionPenalty !== 1)
      allowed_BV = penalizeRepetition(
        allowed_BV,
        rows.map(row => row.seen),
        repetitionPenalty,
      );
    if (suppressed.length === 0) return tf.clone(allowed_BV);
    allowed_BV = suppressTokens(allowed_BV, suppressed);
    const row = [...tf.max(allowed_BV, -1).dataSync()].indexOf(-Infinity);
    if (row >= 0)
      fail(
        "generate",
        `at token ${step} of input ${rows[row].input} no token is allowed`,
        "Suppress fewer tokens; before minNewTokens the stop tokens are suppressed too.",
      );
    return allowed_BV;
  });
}

const drawn = (allowed_BV: tf.Tensor2D, choosing: Choosing): number[] =>
  drawingWeights(allowed_BV, choosing).map((weights_V, b) => choosing.rows[b].rng!.categorical(weights_V));

/** Each row's probabilities after temperature, top-k and top-p; after top-p they no longer sum to 1. */
export function drawingWeights(allowed_BV: tf.Tensor2D, choosing: Choosing): Float32Array[] {
  const { temperature, topK, topP } = choosing.settings.sampling!;
  const probabilities = read(() => {
    const scaled_BV = temperature === 1 ? allowed_BV : tf.div<tf.Tensor2D>(allowed_BV, temperature);
    return tf.softmax(topK === undefined ? scaled_BV : keepTopK(scaled_BV, topK));
  });
  const V = allowed_BV.shape[1];
  const weights = choosing.rows.map((_, b) => probabilities.subarray(b * V, (b + 1) * V));
  // One NaN logit makes the whole softmax NaN.
  checkNumbers(
    weights.map(([first]) => first),
    choosing,
  );
  if (topP < 1) for (const row of weights) keepNucleus(row, topP);
  return weights;
}

/** Errors: a row's number is NaN, by its input and step. */
export function checkNumbers(values: readonly number[], { rows, step }: Choosing): void {
  const row = values.findIndex(Number.isNaN);
  if (row >= 0)
    fail(
      "generate",
      `at token ${step} of input ${rows[row].input} the logits are not numbers`,
      "Check the weights: has training diverged?",
    );
}
