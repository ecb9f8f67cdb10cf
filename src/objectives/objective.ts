import type * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { at, type Schedule } from "../core/schedule";

/** One teacher-forced pass over responses: all that an objective sees, so it knows no LM and no task. */
export interface TokenBatch {
  /** The LM's logits for each response token; gradients go here, and to `value_BT`, and nowhere else. */
  logits_BTV: tf.Tensor3D;
  /** The response tokens; padding holds any id of the vocabulary. */
  ids_BT: tf.Tensor2D;
  /** 1 at response tokens, 0 at padding. A row without a token counts nowhere. */
  mask_BT: tf.Tensor2D;
  /** The guidance's reward of each token. */
  reward_BT?: tf.Tensor2D;
  /** Logits of a reference LM for the same tokens, for objectives that compare with one. */
  referenceLogits_BTV?: tf.Tensor3D;
  /** The reference LM's log-probability of each token, where that is enough; else it is taken from its logits. */
  referenceLogProbability_BT?: tf.Tensor2D;
  /** Log-probability of each token under the policy that sampled it. */
  behaviorLogProbability_BT?: tf.Tensor2D;
  /** The advantage of each token: see `gae`, `groupAdvantages`, `whitened`. */
  advantage_BT?: tf.Tensor2D;
  /** What a value head says of the state before each token; it gets gradients. */
  value_BT?: tf.Tensor2D;
  /** What it should have said: see `gae`. */
  return_BT?: tf.Tensor2D;
  /** What it said when the samples were drawn. */
  oldValue_BT?: tf.Tensor2D;
  /** By how much each response is better than the next of its list, [B]; not read at the last one of a list. */
  margin_B?: tf.Tensor1D;
  /** 1 for desirable responses, 0 for undesirable ones, [B]. */
  desirable_B?: tf.Tensor1D;
  /** KTO's z₀, one number for an update: mean log π − log ρ of responses to other prompts, at least 0. */
  referencePoint?: number;
  /** Responses a list, where the rows are lists of responses to one prompt, best first, one list after the other. */
  listSize?: number;
}

export type Reduction = "tokens" | "sequences" | "lists" | "sum";

/** A field of `TokenBatch` that not every batch has. */
export type OptionalField = {
  [Name in keyof TokenBatch]-?: undefined extends TokenBatch[Name] ? Name : never;
}[keyof TokenBatch];

/** One term of the training loss; the loss is Σ weight · loss(batch). */
export interface Objective {
  name: string;
  /** Which responses it learns from: those of the data, fresh samples of the LM, or the data's lists, best first. */
  on: "references" | "samples" | "lists";
  /**
   * What the loss is a mean over, so that an update in micro-batches has the loss of the whole batch: response tokens,
   * sequences or lists that have a token; or a sum. Default "tokens".
   */
  reduction?: Reduction;
  /**
   * Fields that its batch must have beside logits, ids and mask: a trainer that cannot fill them refuses before it
   * starts. Default: none.
   */
  needs?: readonly OptionalField[];
  /** Its lists are pairs, better response first: a trainer cuts longer lists into pairs. Default false. */
  pairs?: boolean;
  weight: number | Schedule;
  loss(batch: TokenBatch): tf.Scalar;
}

/** The objective with its weight multiplied by a number or a schedule. */
export function scaled<O extends Objective>(weight: number | Schedule, objective: O): O {
  const before = objective.weight;
  if (typeof weight === "number" && typeof before === "number") return { ...objective, weight: weight * before };
  return { ...objective, weight: (step: number) => at(weight, step) * at(before, step) };
}

/** The objective's weight at a step. Errors: it is not finite. */
export function weightAt({ name, weight }: Objective, step: number): number {
  const now = at(weight, step);
  return Number.isFinite(now) ? now : fail(name, `its weight at step ${step} is ${now}`, "Give a finite number.");
}

const remedies: Record<OptionalField, string> = {
  reward_BT: "Give each token's reward, from a guidance.",
  referenceLogits_BTV: "Give the logits of the reference LM for the same tokens.",
  referenceLogProbability_BT: "Give the reference LM's log-probabilities of the tokens, or its logits.",
  behaviorLogProbability_BT: "Give the tokens' log-probabilities under the policy that sampled them.",
  advantage_BT: "Give each token's advantage, from gae or groupAdvantages.",
  value_BT: "Give the value of the state before each token.",
  return_BT: "Give the returns of the tokens, from gae.",
  oldValue_BT: "Give the values when the samples were drawn.",
  margin_B: "Give by how much each response is better than the next of its list.",
  desirable_B: "Give 1 for each desirable response and 0 for each undesirable one.",
  referencePoint: "Give the mean log-ratio of responses to other prompts, or 0.",
  listSize: "Give lists of responses, best first, and their size.",
};

/** An optional field. Errors: it is missing. */
export function required<Field extends OptionalField>(
  where: string,
  batch: TokenBatch,
  field: Field,
): NonNullable<TokenBatch[Field]> {
  return batch[field] ?? fail(where, `the batch has no ${field}`, remedies[field]);
}
