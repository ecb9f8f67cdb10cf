import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { tidy } from "../core/tidy";
import { type Objective, type TokenBatch, weightAt } from "./objective";

/** The batch for each kind of responses that some objective learns from. */
export type Batches = { [On in Objective["on"]]?: TokenBatch };

/** Σ weight · term at a step, and each term by its objective's name, unweighted. */
export interface EvaluatedTerms {
  loss: tf.Scalar;
  terms: Record<string, tf.Scalar>;
}

/**
 * Evaluates a list of objectives, each on its batch. Gradients go from `loss` to the batches' logits; inside a function
 * that is being differentiated, `tf.keep` the terms that are to be read after it. An objective of weight 0 is still
 * evaluated, so that it is logged. `shares` multiply the weights: those of a micro-batch in its update.
 *
 * Errors: no objective; two of one name; none of the batches is of the kind that an objective learns from.
 */
export function evaluateTerms(
  objectives: readonly Objective[],
  batches: Batches,
  step: number,
  shares?: readonly number[],
): EvaluatedTerms {
  checkNames("evaluateTerms", objectives);
  return tidy(() => {
    const terms: Record<string, tf.Scalar> = {};
    const weighted = objectives.flatMap((objective, i) => {
      const { name, on } = objective;
      const batch =
        batches[on] ?? fail("evaluateTerms", `objective ${name} learns from ${on}`, `Give a batch of ${on}.`);
      terms[name] = objective.loss(batch);
      const weight = weightAt(objective, step) * (shares?.[i] ?? 1);
      return weight === 0 ? [] : [tf.mul(terms[name], weight)]; // 0 times an infinite term would be no number
    });
    const loss = weighted.length > 0 ? tf.addN(weighted) : tf.mul(Object.values(terms)[0], 0);
    return { loss: loss as tf.Scalar, terms };
  });
}

/** Errors: no objective; two of one name, or one named as something else that is logged. */
export function checkNames(where: string, objectives: readonly Objective[], taken: readonly string[] = []): void {
  if (objectives.length === 0) fail(where, "there is no objective", "Give at least one.");
  const names = [...taken, ...objectives.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) fail(where, `two terms are named "${twice}"`, "Give each its own name: { ...objective, name }.");
}
