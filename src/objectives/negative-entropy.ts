import * as tf from "@tensorflow/tfjs-core";
import { negativeEntropies } from "../backend/entropy";
import { maskedMean } from "../core/masks";
import { checkAxes } from "../core/shapes";
import type { Objective } from "./objective";

/**
 * Maximum entropy: the mean over all response tokens of Σ_a π(a) log π(a), on the full distribution. The paper adds it
 * to REINFORCE with weight 0.125, `scaled(0.125, negativeEntropy())`.
 */
export const negativeEntropy = (): Objective => ({
  name: "negativeEntropy",
  on: "samples",
  reduction: "tokens",
  weight: 1,
  loss({ logits_BTV, mask_BT }) {
    checkAxes("negativeEntropy", { logits_BTV, mask_BT });
    return tf.tidy(() => maskedMean(negativeEntropies(logits_BTV), mask_BT));
  },
});
