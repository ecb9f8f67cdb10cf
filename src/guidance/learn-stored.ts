// Guidance learning from features that are kept beside the engine: responses of any lengths, read as the drawn lists
// need them.

import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import type { StoredFeatures } from "../policies/response-features";
import { paddedRows, tokensOf } from "../policies/token-rows";
import { chunks } from "../text/batches";
import { softplusBound } from "./bounds";
import { fit, type Preferences } from "./fit";
import { createNoise, creditedRewards, type LearnedGuidance, type LearnOptions } from "./learn";
import { freshRewardModel, type Guidance } from "./reward-model";

/** Responses read at once outside of learning's own steps. */
const atOnce = 64;
/** Numbers of noise that are kept at most. */
const mostNoise = 2 ** 22;

/**
 * As `learnGuidance` on features: learns a fresh reward model, and keeps the step that orders the held-out part best.
 */
export async function learnFromStored(
  features: StoredFeatures,
  preferences: Preferences,
  rng: Rng,
  options: LearnOptions,
): Promise<LearnedGuidance> {
  const { bound = softplusBound(), hidden, inputNoise = 0.3 } = options;
  const [mean_D, std_D] = momentsOf(features);
  const model = freshRewardModel(mean_D, std_D, { hidden, bound, rng: rng.split("reward model") });
  const tokens = features.lengths.reduce((sum, length) => sum + length, 0);
  const size = Math.min(mostNoise, tokens * features.width);
  const noise = createNoise(size, inputNoise, rng.split("noise"));
  /** Windows of the pool, as many numbers as the tensor has. */
  const noisy = (x_BTD: tf.Tensor3D): tf.Tensor3D => {
    const parts: tf.Tensor1D[] = [];
    for (let left = x_BTD.size; left > 0; left -= size)
      parts.push(tf.slice(noise.pool, noise.draw(), Math.min(left, size)));
    return tf.add(x_BTD, tf.reshape(tf.concat(parts), x_BTD.shape));
  };
  try {
    const fitted = await fit(
      "learnGuidance",
      {
        variables: model.variables,
        lengths: features.lengths,
        rewards(rows, learning) {
          const x_BTD = model.standardized(features.rows(rows).features_BTD);
          return model.rewardsOf(learning && inputNoise > 0 ? noisy(x_BTD) : x_BTD);
        },
        mask: rows => maskOf(rows.map(row => features.lengths[row])),
      },
      preferences,
      rng,
      options,
    );
    const rewards = creditedRewards(model, options);
    const { tensors, dispose } = model;
    return { ...fitted, rewards, std: positionStd(rewards, features), tensors, dispose };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    noise.pool.dispose();
  }
}

/** 1 at the tokens of responses of these lengths, [B, T]; without reading their features. */
const maskOf = (lengths: readonly number[]): tf.Tensor2D =>
  paddedRows(
    lengths.map(length => new Float32Array(length).fill(1)),
    Math.max(...lengths),
  );

/** Mean and std of the features over all tokens, [D] each. */
function momentsOf(features: StoredFeatures): [tf.Tensor1D, tf.Tensor1D] {
  const { width: D, lengths } = features;
  const [sum, squares] = [new Float64Array(D), new Float64Array(D)];
  let tokens = 0;
  for (const rows of chunks([...lengths.keys()], atOnce)) {
    const numbers = read(() => features.rows(rows).features_BTD);
    const T = numbers.length / rows.length / D;
    for (const [b, row] of rows.entries())
      for (let t = 0; t < lengths[row]; t++, tokens++)
        for (let d = 0; d < D; d++) {
          const x = numbers[(b * T + t) * D + d];
          sum[d] += x;
          squares[d] += x * x;
        }
  }
  const mean = sum.map(x => x / tokens);
  const std = squares.map((x, d) => Math.sqrt(Math.max(x / tokens - mean[d] ** 2, 0)) + 1e-3);
  return [tf.tensor1d([...mean]), tf.tensor1d([...std])];
}

/** Std of the tokens' rewards, each position less its mean: see `LearnedGuidance`. */
function positionStd(rewards: Guidance["rewards"], features: StoredFeatures): number {
  const all: Float32Array[] = [];
  for (const rows of chunks([...features.lengths.keys()], atOnce)) {
    const numbers = read(() => {
      const { features_BTD, mask_BT } = features.rows(rows);
      return rewards(features_BTD, mask_BT);
    });
    const lengths = rows.map(row => features.lengths[row]);
    all.push(...tokensOf(numbers, lengths));
  }
  const [sum, count]: [number[], number[]] = [[], []];
  for (const row of all)
    for (const [t, reward] of row.entries()) {
      sum[t] = (sum[t] ?? 0) + reward;
      count[t] = (count[t] ?? 0) + 1;
    }
  let [squares, tokens] = [0, 0];
  for (const row of all)
    for (const [t, reward] of row.entries()) {
      squares += (reward - sum[t] / count[t]) ** 2;
      tokens++;
    }
  return Math.max(Math.sqrt(squares / tokens), 1e-6);
}
