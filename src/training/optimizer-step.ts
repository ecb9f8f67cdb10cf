// One step of the optimizer on micro-batches: the loss and gradient of the whole batch, in the memory of its largest
// part.

import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer } from "../backend/adamw";
import type { Objective, Reduction } from "../objectives/objective";
import { type Batches, evaluateTerms } from "../objectives/terms";

/** How much of what objectives average over a micro-batch holds. */
export type Counts = Partial<Record<Exclude<Reduction, "sum">, number>>;

/** A part of a batch that fits into memory. */
export interface MicroBatch {
  /**
   * One teacher-forced pass, run where gradients are recorded: a batch for each kind of responses that an objective
   * learns from. Its tensors are freed after the step, except those that were made before it.
   */
  batches(): Batches;
  /**
   * Response tokens, and sequences and lists that have a token, for each kind of responses. With them the loss and
   * its gradient do not depend on how a batch is cut into micro-batches: each objective's terms are weighted by what
   * it is a mean over (`reduction`).
   */
  counts?: { [On in Objective["on"]]?: Counts };
  /** Share of the micro-batch in all terms where counts are not given. 0 leaves it out. Default 1. */
  weight?: number;
  /** More scalars to log, made from the batches inside the pass; without a gradient. */
  measure?(batches: Batches): Record<string, tf.Scalar>;
  /** What it consists of (token ids, indices of rows), written down if the loss diverges. */
  source?: unknown;
  /** Frees what `batches` uses; called after the update. */
  dispose?(): void;
}

/** What a step measured. */
export interface StepReport {
  loss: number;
  gradientNorm: number;
  /** False where the loss or the gradient was not finite: the variables are as they were. */
  applied: boolean;
  /** The objectives' values, unweighted, over all micro-batches. */
  terms: Record<string, number>;
  /** The scalars of `measure`, averaged by `weight`. */
  measured: Record<string, number>;
}

/** One step down Σ weight · term of the whole batch; `step` is where the objectives' schedules stand. */
export function optimizerStep(
  all: readonly MicroBatch[],
  objectives: readonly Objective[],
  step: number,
  optimizer: Optimizer,
): StepReport {
  const counted = all.map(micro => sharesOf(micro, all, objectives));
  const used = all.flatMap((micro, i) => (counted[i].some(share => share > 0) ? [{ micro, shares: counted[i] }] : []));
  const parts = used.length > 0 ? used : all.map((micro, i) => ({ micro, shares: counted[i] }));
  const kept: { terms: Record<string, tf.Scalar>; measured: Record<string, tf.Scalar> }[] = [];
  try {
    const losses = parts.map(({ micro, shares }, i) => () => {
      const batches = micro.batches();
      const { loss, terms } = evaluateTerms(
        objectives,
        batches,
        step,
        shares.map(share => share * parts.length), // the losses below are averaged, with equal weights
      );
      kept[i] = { terms: copied(terms), measured: copied(micro.measure?.(batches) ?? {}) };
      return loss;
    });
    const { loss, gradientNorm, applied } = optimizer.minimize(losses);
    const sum = (values: readonly (readonly [share: number, x?: tf.Scalar])[]) =>
      values.reduce((total, [share, x]) => (share === 0 || !x ? total : total + share * x.dataSync()[0]), 0);
    const terms = objectives.map(({ name }, o) => [
      name,
      sum(parts.map(({ shares }, i) => [shares[o], kept[i].terms[name]])),
    ]);
    const weights = parts.map(({ micro: { weight = 1 } }) => weight);
    const total = weights.reduce((a, b) => a + b, 0);
    const measured = Object.keys(kept[0].measured).map(name => [
      name,
      sum(parts.map((_, i) => [weights[i] / total, kept[i].measured[name]])),
    ]);
    return { loss, gradientNorm, applied, terms: Object.fromEntries(terms), measured: Object.fromEntries(measured) };
  } finally {
    for (const { terms, measured } of kept.filter(Boolean)) tf.dispose([terms, measured]);
  }
}

const copied = (scalars: Record<string, tf.Scalar>): Record<string, tf.Scalar> =>
  Object.fromEntries(Object.entries(scalars).map(([name, x]) => [name, tf.keep(x.clone())]));

/** The share of a micro-batch in each objective's term of the whole batch. */
function sharesOf(micro: MicroBatch, all: readonly MicroBatch[], objectives: readonly Objective[]): number[] {
  return objectives.map(({ on, reduction = "tokens" }) => {
    const count = ({ counts, weight = 1 }: MicroBatch): number =>
      (reduction === "sum" ? undefined : counts?.[on]?.[reduction]) ?? weight;
    if (reduction === "sum" && micro.counts?.[on]) return 1;
    const total = all.reduce((sum, other) => sum + count(other), 0);
    return total > 0 ? count(micro) / total : 0;
  });
}
