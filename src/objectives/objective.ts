import type * as tf from "@tensorflow/tfjs-core";
import { at, type Schedule } from "../core/schedule";

/** One teacher-forced pass over responses: all that an objective sees, so it knows no LM and no task. */
export interface TokenBatch {
  /** The LM's logits for each response token; gradients go here and nowhere else. */
  logits_BTV: tf.Tensor3D;
  /** The response tokens; padding holds any id of the vocabulary. */
  ids_BT: tf.Tensor2D;
  /** 1 at response tokens, 0 at padding. */
  mask_BT: tf.Tensor2D;
  /** The guidance's reward of each token. */
  reward_BT: tf.Tensor2D;
  /** Logits of a reference LM for the same tokens, for objectives that compare with one. */
  referenceLogits_BTV?: tf.Tensor3D;
}

/** One term of the training loss; the loss is Σ weight · loss(batch). */
export interface Objective {
  name: string;
  /** Which responses it learns from: those of the data, or fresh samples of the LM. */
  on: "references" | "samples";
  weight: number | Schedule;
  loss(batch: TokenBatch): tf.Scalar;
}

/** The objective with its weight multiplied by a number or a schedule. */
export function scaled(weight: number | Schedule, objective: Objective): Objective {
  const before = objective.weight;
  if (typeof weight === "number" && typeof before === "number") return { ...objective, weight: weight * before };
  return { ...objective, weight: step => at(weight, step) * at(before, step) };
}

/** The objective's weight at a step. */
export const weightAt = (objective: Objective, step: number): number => at(objective.weight, step);
