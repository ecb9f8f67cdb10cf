// Training of any LM on batches that the caller supplies: references of the data, samples of the LM, lists, or all of them. It is the loop under
// every trainer (`loop.ts`).

import type * as tf from "@tensorflow/tfjs-core";
import type { Optimizer, ParameterGroup } from "../backend/adamw";
import {
  above,
  atLeast,
  type Checks,
  callback,
  checkOptions,
  fields,
  flag,
  integer,
  listOf,
  made,
  orInfinity,
  randomness,
  required,
  text,
} from "../core/options";
import type { Rng } from "../core/random";
import type { Schedule } from "../core/schedule";
import type { Objective } from "../objectives/objective";
import { objectivesCheck, rateCheck } from "./checks";
import { trainingLoop } from "./loop";
import type { MicroBatch } from "./optimizer-step";
import { type Interruptible, interruptibleChecks } from "./recorder";
import type { Relearning } from "./relearning";

export type { MicroBatch } from "./optimizer-step";

/** Something else that changes while training runs, such as the guidance, and belongs into its checkpoints. */
export interface TrainingPart {
  /** Plain JSON and tensors, which are given away. */
  save(): { state: object; tensors: Record<string, tf.Tensor> };
  /** Goes back to what was saved; the tensors are freed afterwards. */
  restore(saved: { state: object; tensors: Record<string, tf.Tensor> }): void;
}

/** One logged number. */
export interface PolicyRow {
  /** Updates before it. */
  step: number;
  phase: "guidance" | "policy" | "validation";
  name: string;
  value: number;
}

export interface PolicyTraining extends Interruptible {
  /** What is trained: of `trainable`, `addLowRank`, an adaptor. */
  variables: readonly tf.Variable[] | readonly ParameterGroup[];
  /**
   * The micro-batches of an update, which counts from 0; or lists of them where an update takes several optimizer steps (minibatches, passes over
   * the same samples). All that is random must come from `rng`, which is the update's own.
   */
  batches(step: number, rng: Rng): UpdateBatches | Promise<UpdateBatches>;
  objectives: readonly Objective[];
  /** Updates. */
  steps: number;
  learningRate: number | Schedule;
  /** Defaults of `adamW`: 0 and 5. */
  weightDecay?: number;
  clipNorm?: number;
  /** A loss further from 0 than this has diverged. Default 10,000. */
  lossLimit?: number;
  /**
   * Learns the guidance anew before update `from` (default 0), `from` + `every`, … below `until` (default: all). What `learn` returns is logged; the
   * guidance belongs into `parts`. `countCompletions` is told of completions that go to a run log, which is cut to their number when training resumes.
   */
  relearn?: Relearning & {
    learn(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
  };
  /**
   * Measures after every so many updates and after the last; `atStart` also before the first. `keepBest` names a measure: the policy for which it was
   * highest after an update is in place at the end. Default: the last policy.
   */
  validate?: {
    every: number;
    atStart?: boolean;
    measure(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
    keepBest?: string;
  };
  /**
   * Called around each update, with what it logged. The step that `after` returns is the next one (default: `step` + 1), so that a round of updates
   * may end early; what they keep belongs into `parts`.
   */
  onUpdate?: {
    before(optimizer: Optimizer): void;
    after(step: number, values: Record<string, number>, optimizer: Optimizer): number | undefined;
  };
  /** What checkpoints hold beside variables and optimizer. Default: nothing. */
  parts?: Record<string, TrainingPart>;
  /** What else its rows depend on: a checkpoint of other settings is refused. Default: nothing. */
  settings?: object;
  rng: Rng;
}

/** The micro-batches of one optimizer step, or of several in turn. */
export type UpdateBatches = readonly MicroBatch[] | readonly (readonly MicroBatch[])[];

/** Updates before the policy that is in place at the end, and its measure. */
export interface PolicyTrained {
  bestStep: number;
  bestValue?: number;
}

const policyTrainingChecks: Checks<PolicyTraining> = {
  ...interruptibleChecks,
  variables: required(listOf(made("a variable or a group of them"))),
  batches: required(callback),
  objectives: required(objectivesCheck),
  steps: required(integer(1)),
  learningRate: required(rateCheck),
  weightDecay: atLeast(0),
  clipNorm: orInfinity(above(0)),
  lossLimit: orInfinity(above(0)),
  relearn: fields<NonNullable<PolicyTraining["relearn"]>>({
    every: required(integer(1)),
    from: integer(0),
    until: orInfinity(integer(0)),
    learn: required(callback),
  }),
  validate: fields<NonNullable<PolicyTraining["validate"]>>({
    every: required(integer(1)),
    atStart: flag,
    measure: required(callback),
    keepBest: text,
  }),
  onUpdate: fields<NonNullable<PolicyTraining["onUpdate"]>>({ before: required(callback), after: required(callback) }),
  parts: made("a record of parts"),
  settings: made("a record"),
  rng: required(randomness),
};

/**
 * Trains variables by objectives. Each optimizer step is one AdamW step down the loss of its micro-batches together. Yields rows after
 * every update, validation and relearning (docs/logged-metrics.md); stop taking them and training stops there. With `checkpoint` its
 * state is written after every so many updates, after every validation and when it is stopped; resumed with the same options it
 * gives the rows that an uninterrupted run gives.
 *
 * Errors: a loss or gradient that is not finite, or a loss beyond `lossLimit`, by step (the policy is then as the step before left
 * it, and the batch in the run's folder); terms with the same name; no batch; a measure to keep the best by that is not measured.
 */
export async function* trainPolicy(options: PolicyTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  checkOptions("trainPolicy", options, policyTrainingChecks);
  return yield* trainingLoop("trainPolicy", options);
}
