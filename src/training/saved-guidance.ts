// A learned guidance as checkpoints hold it.

import * as tf from "@tensorflow/tfjs-core";
import type { LearnedGuidance, SavedGuidance } from "../guidance/learn";

/** What is known of a guidance beside its tensors; plain JSON. */
export type MeasuredGuidance = Omit<SavedGuidance, "tensors">;

export function measuredGuidance({ rewards, dispose, tensors, ...numbers }: LearnedGuidance): MeasuredGuidance {
  return numbers;
}

/** Copies of tensors, by the same names. */
export const copies = (tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tf.clone(x)]));
