// What training is given and gives: the loop and all trainers have these.

import type * as tf from "@tensorflow/tfjs-core";
import type { Optimizer, ParameterGroup } from "../backend/adamw";
import type { Rng } from "../core/random";
import type { Schedule } from "../core/schedule";
import type { Objective } from "../objectives/objective";
import type { MicroBatch } from "./optimizer-step";
import type { Interruptible } from "./recorder";
import type { Relearning } from "./relearning";

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

/** Options of `trainPolicy`. */
export interface PolicyTraining extends Interruptible {
  /** What is trained: of `trainable`, `addLowRank`, an adaptor. */
  variables: readonly tf.Variable[] | readonly ParameterGroup[];
  /**
   * The micro-batches of an update, which counts from 0; or lists of them where an update takes several optimizer
   * steps (minibatches, passes over the same samples). All that is random must come from `rng`, which is the update's
   * own.
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
   * Learns the guidance anew before update `from` (default 0), `from` + `every`, … below `until` (default: all). What
   * `learn` returns is logged; the guidance belongs into `parts`. `countCompletions` is told of completions that go
   * to a run log, which is cut to their number when training resumes.
   */
  relearn?: Relearning & {
    learn(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
  };
  /**
   * Measures after every so many updates and after the last; `atStart` also before the first. `keepBest` names a
   * measure: the policy for which it was highest after an update, or lowest with `keepBestBy: "lowest"` (a loss, say),
   * is in place at the end. Default: the last policy.
   */
  validate?: {
    every: number;
    atStart?: boolean;
    measure(step: number, rng: Rng, countCompletions: (completions: number) => void): Promise<Record<string, number>>;
    keepBest?: string;
    keepBestBy?: "highest" | "lowest";
  };
  /**
   * Called around each update, with what it logged. The step that `after` returns is the next one (default: `step` +
   * 1), so that a round of updates may end early; what they keep belongs into `parts`.
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
