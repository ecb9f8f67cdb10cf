// Credit from a guidance's rewards.

import * as tf from "@tensorflow/tfjs-core";
import { lengths, masked } from "../core/masks";
import { checkAxes } from "../core/shapes";
import { type Credit, type CreditBatch, needed } from "./credit";

/** Each token's own learned reward (Yang et al. 2023, LM training without supervised data). */
export const tokenReward = (): Credit => ({
  name: "tokenReward",
  needs: ["reward_BT"],
  apply: batch => masked(rewardsOf("tokenReward", batch), batch.mask_BT),
});

/**
 * The mean of the learned rewards of its whole response, the same for each of its tokens: what Yang et al. 2023 compare
 * with, a reward for the sequence only (a bandit's).
 */
export const sequenceReward = (): Credit => ({
  name: "sequenceReward",
  needs: ["reward_BT"],
  apply(batch) {
    const { mask_BT } = batch;
    const reward_BT = rewardsOf("sequenceReward", batch);
    return tf.tidy(() => {
      const length_B1 = tf.expandDims(tf.maximum(lengths(mask_BT), 1), 1);
      const mean_B1 = tf.div(tf.sum(masked(reward_BT, mask_BT), 1, true), length_B1);
      return masked(tf.tile(mean_B1, [1, mask_BT.shape[1]]) as tf.Tensor2D, mask_BT);
    });
  },
});

function rewardsOf(where: string, batch: CreditBatch): tf.Tensor2D {
  const reward_BT = needed(where, batch, "reward_BT");
  checkAxes(where, { reward_BT, mask_BT: batch.mask_BT });
  return reward_BT;
}
