// What a token of a sample is worth in an update: the weight of its log-probability in REINFORCE, its advantage in PPO.

import type * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { made } from "../core/options";

/** Samples of an update and what is known of them, `listSize` of each prompt side by side. */
export interface CreditBatch {
  /** 1 at response tokens, 0 at padding. A row without a token counts nowhere. */
  mask_BT: tf.Tensor2D;
  /** Samples of a prompt (K). */
  listSize: number;
  /** The token ids. */
  ids_BT?: tf.Tensor2D;
  /** The score of each whole response, on any scale; NaN where it was not scored. */
  score_B?: tf.Tensor1D;
  /** The guidance's reward of each token. */
  reward_BT?: tf.Tensor2D;
  /** Log-probability of each token under the policy that sampled it. */
  behaviorLogProbability_BT?: tf.Tensor2D;
  /** Log-probability of each token under the reference LM. */
  referenceLogProbability_BT?: tf.Tensor2D;
  /** What a value head says of the state before each token, before the update. */
  value_BT?: tf.Tensor2D;
  /** How much the last token of a response attends to each of its tokens; 0 or more. */
  attention_BT?: tf.Tensor2D;
  /** 1 where a response ended by itself, 0 where it was cut off at its most tokens. */
  finished_B?: tf.Tensor1D;
}

/** A field of `CreditBatch` that not every batch has. */
export type CreditField = Exclude<keyof CreditBatch, "mask_BT" | "listSize">;

/** A way to give credit; its options stand beside its name. */
export interface Credit {
  name: string;
  /** Fields that its batch must have: a trainer that cannot fill them refuses before it samples. Default: none. */
  needs?: readonly CreditField[];
  /** The fewest samples of a prompt that it can compare. Default 1. */
  fewestSamples?: number;
  /** The credit of each token, [B,T], a constant, 0 at padding. The caller disposes it. */
  apply(batch: CreditBatch): tf.Tensor2D;
  /**
   * Of a credit that reads values: what they should have been, [B,T], the target of `valueLoss`. The caller disposes
   * it.
   */
  returns?(batch: CreditBatch): tf.Tensor2D;
}

export const creditCheck = made("a credit, such as tw.credit.groupAdvantage()", "name", "apply");

const remedies: Record<CreditField, string> = {
  ids_BT: "Give the token ids.",
  attention_BT: "Give how much the last token of a response attends to each token.",
  score_B: "Give the score of each response.",
  reward_BT: "Give each token's reward, from a guidance.",
  behaviorLogProbability_BT: "Give the tokens' log-probabilities under the policy that sampled them.",
  referenceLogProbability_BT: "Give the tokens' log-probabilities under the reference LM.",
  value_BT: "Give the value of the state before each token.",
  finished_B: "Give 1 for each response that ended by itself, 0 for the others.",
};

/** An optional field. Errors: it is missing. */
export function needed<Field extends CreditField>(
  where: string,
  batch: CreditBatch,
  field: Field,
): NonNullable<CreditBatch[Field]> {
  return batch[field] ?? fail(where, `the batch has no ${field}`, remedies[field]);
}

/**
 * What a credit made of others needs: all that they need, and more. Values are learned for the first that has returns.
 */
export const needsOf = (credits: readonly Credit[], more: readonly CreditField[] = []) => ({
  needs: [...new Set([...credits.flatMap(({ needs = [] }) => needs), ...more])],
  fewestSamples: Math.max(1, ...credits.map(({ fewestSamples = 1 }) => fewestSamples)),
  returns: credits.find(({ returns }) => returns)?.returns,
});
