import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../core/mean";
import { above, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";
import { read } from "../core/tidy";
import { lead } from "./dpo";
import { sumInLists } from "./list-rows";
import type { TokenBatch } from "./objective";
import { referenceRatio } from "./reference-ratio";

/**
 * The reward that DPO implies (Rafailov et al. 2023, section 4): β (log π − log ρ) of each whole
 * response, in the batch's lists, [N,K]. Default β 0.1. Errors: a batch without listSize or without a reference.
 */
export function implicitRewards(batch: TokenBatch, options: { beta?: number } = {}): tf.Tensor2D {
  checkOptions("implicitRewards", options, { beta: above(0) });
  const { beta = 0.1 } = options;
  return tf.tidy(() => {
    const ratio_NK = sumInLists("implicitRewards", batch, referenceRatio("implicitRewards", batch));
    return tf.mul(beta, ratio_NK);
  });
}

/**
 * How far the better of each pair is ahead, on average, and the share of pairs where it is ahead at all; to be logged.
 */
export function pairMeasures(reward_N2: tf.Tensor2D): { margin: number; accuracy: number } {
  checkAxes("pairMeasures", { reward_N2 });
  const leads = [...read(() => lead(reward_N2))];
  return { margin: mean(leads), accuracy: mean(leads.map(x => Number(x > 0))) };
}
