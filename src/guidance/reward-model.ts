// The token reward r(s_t, a_t): an MLP on the frozen LM's state of a token in its context, bounded.

import * as tf from "@tensorflow/tfjs-core";
import { type Checks, checkOptions, integer, randomness, required, tensor } from "../core/options";
import type { Rng } from "../core/random";
import { tidy } from "../core/tidy";
import { createMlp, type Mlp, mlpOf } from "../models/parts/mlp";
import { type Bound, boundCheck } from "./bounds";

/** Grounds sequence preferences in tokens: a reward for each. */
export interface Guidance<Batch = tf.Tensor3D> {
  /**
   * Token rewards [B, T]; the batch is token features [B, T, D] unless the guidance has a trunk of its own. The mask
   * says which count.
   */
  rewards(batch: Batch, mask_BT?: tf.Tensor2D): tf.Tensor2D;
}

/** An MLP on standardized token features, with a bound on its rewards. */
export interface RewardModel extends Guidance {
  variables: tf.Variable[];
  /** Its parameters by name, for `restoreRewardModel`. */
  tensors: Record<string, tf.Tensor>;
  /** Features less the mean, over the std, of the features the model was made for. */
  standardized(features_BTD: tf.Tensor3D): tf.Tensor3D;
  /** Rewards [B, T] of standardized features. Gradients go to the variables. */
  rewardsOf(standardized_BTD: tf.Tensor3D): tf.Tensor2D;
  dispose(): void;
}

export interface RewardModelOptions {
  /** Features [N, T, D] of all candidates to learn from; they set the standardization. */
  features_NTD: tf.Tensor3D;
  /** 1 at the tokens that set it. Default: all. */
  mask_NT?: tf.Tensor2D;
  /** Width of the hidden layer. Default 128. */
  hidden?: number;
  bound: Bound;
  rng: Rng;
}

const rewardModelChecks: Checks<RewardModelOptions> = {
  features_NTD: required(tensor),
  mask_NT: tensor,
  hidden: integer(1),
  bound: required(boundCheck),
  rng: required(randomness),
};

/** A fresh reward model, to be learned by `learnGuidance`. Dispose after use. Errors: an option out of its range. */
export function createRewardModel(options: RewardModelOptions): RewardModel {
  checkOptions("createRewardModel", options, rewardModelChecks);
  const { features_NTD, mask_NT, hidden, bound, rng } = options;
  const [mean_D, std_D] = tidy(() => {
    const { mean, variance } = tf.moments(mask_NT ? realTokens(features_NTD, mask_NT) : features_NTD, [0, 1]);
    return [mean, tf.add(tf.sqrt(variance), 1e-3)] as const;
  });
  return freshRewardModel(mean_D, std_D, { hidden, bound, rng });
}

/** A fresh reward model of features that are standardized by these numbers, which it owns. */
export function freshRewardModel(
  mean_D: tf.Tensor,
  std_D: tf.Tensor,
  { hidden = 128, bound, rng }: Pick<RewardModelOptions, "hidden" | "bound" | "rng">,
): RewardModel {
  const [D] = mean_D.shape;
  const head = createMlp({ inputs: D, hidden, outputs: 1, lastGain: 0.1, lastBias: 0.5, rng });
  return rewardModel(head, mean_D, std_D, bound);
}

/** The reward model whose `tensors` these were; it takes copies. Dispose after use. */
export function restoreRewardModel(tensors: Record<string, tf.Tensor>, bound: Bound): RewardModel {
  const { mean, deviation, ...variables } = tensors;
  const head = mlpOf(
    ["head.0", "head.1", "head.2", "head.3"].map(name => tf.tidy(() => tf.variable(tf.clone(variables[name])))),
  );
  return rewardModel(head, tf.clone(mean), tf.clone(deviation), bound);
}

function rewardModel(head: Mlp, mean_D: tf.Tensor, std_D: tf.Tensor, bound: Bound): RewardModel {
  const [D] = mean_D.shape;
  const standardized = (features_BTD: tf.Tensor3D) =>
    tf.tidy(() => tf.div(tf.sub(features_BTD, mean_D), std_D) as tf.Tensor3D);
  const rewardsOf = (standardized_BTD: tf.Tensor3D) => {
    const [B, T] = standardized_BTD.shape;
    return tf.tidy(
      () => bound.apply(tf.reshape(head.apply(tf.reshape(standardized_BTD, [B * T, D])), [B, T])) as tf.Tensor2D,
    );
  };
  return {
    variables: head.variables,
    tensors: {
      mean: mean_D,
      deviation: std_D,
      ...Object.fromEntries(head.variables.map((v, i) => [`head.${i}`, v])),
    },
    standardized,
    rewardsOf,
    rewards: features_BTD => tf.tidy(() => rewardsOf(standardized(features_BTD))),
    dispose() {
      head.dispose();
      tf.dispose([mean_D, std_D]);
    },
  };
}

/** The features of the tokens that count, [M, 1, D]. */
function realTokens(features_NTD: tf.Tensor3D, mask_NT: tf.Tensor2D): tf.Tensor {
  const real = [...mask_NT.dataSync().entries()].filter(([, m]) => m > 0).map(([index]) => index);
  return tf.gather(tf.reshape(features_NTD, [-1, 1, features_NTD.shape[2]]), tf.tensor1d(real, "int32"));
}
