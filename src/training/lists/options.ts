// Options of training on lists.

import type * as tf from "@tensorflow/tfjs-core";
import type { ParameterGroup } from "../../backend/adamw";
import { type Checks, callback, made, oneOf, required } from "../../core/options";
import type { Rng } from "../../core/random";
import type { Schedule } from "../../core/schedule";
import type { TextGuidance } from "../../guidance/text-guidance";
import type { Objective } from "../../objectives/objective";
import { type ReferenceLm, type Referring, referenceCheck } from "../../policies/reference-policy";
import type { ResponsePolicy } from "../../policies/response-policy";
import type { ListsTable } from "../../preferences/lists-table";
import { epochChecks, responseTrainerChecks } from "../checks";
import type { PolicyTraining } from "../policy-training";
import type { Interruptible } from "../recorder";
import type { PairForm } from "./rows";

/** Options of `trainWithLists`. */
export interface ListTraining extends Interruptible {
  policy: ResponsePolicy & { variables?: readonly tf.Variable[] } & Referring;
  /** What is trained. Default: the policy's own, of `trainablePolicy`. */
  variables?: readonly tf.Variable[] | readonly ParameterGroup[];
  /** The frozen LM that policies are compared with. Default: that of `trainablePolicy`, the LM before training. */
  reference?: ReferenceLm;
  /** From `fromTable`, `fromPairs`, `fromRatings` and others. Lists that are tied throughout are left out. */
  lists: ListsTable;
  /** `dpo` and others on lists; those on references learn from the best responses of each list. */
  objectives: readonly Objective[];
  /**
   * How lists are cut into pairs, of which ties are none: each of the best responses with each that is worse, each
   * response with those of the next rank, or every two. Lists are then batches of pairs for all objectives on lists.
   * Default: "best" if an objective is one for pairs (`dpo`), else lists stay whole (`plackettLuceDpo`), equal
   * responses in an order that is drawn anew each epoch.
   */
  pairs?: PairForm;
  /** Token rewards for objectives that read them. Without it every reward is 1. */
  guidance?: TextGuidance;
  /** May be a fraction: the nearest whole number of updates. */
  epochs: number;
  /** Lists in an update, and of these in a pass. Default of `microBatchSize`: all. It never changes a loss. */
  batchSize: number;
  microBatchSize?: number;
  /**
   * Bytes for what is kept of the candidates: what the policy's `encode` gives, and the reference's log-probabilities.
   * What does not fit is computed anew for each update, with the same numbers up to rounding. Default: a quarter of the
   * machine's memory.
   */
  maxBytes?: number;
  learningRate: number | Schedule;
  /** Defaults of `adamW`: 0 and 5. */
  weightDecay?: number;
  clipNorm?: number;
  /** See `trainPolicy`; `every` counts epochs. */
  validate?: PolicyTraining["validate"];
  /** Called with the candidates that are encoded, and that the reference has read. */
  onProgress?(what: "encoding" | "reference", done: number, total: number): void;
  rng: Rng;
}

export const listTrainingChecks: Checks<ListTraining> = {
  ...responseTrainerChecks,
  ...epochChecks,
  reference: referenceCheck,
  lists: required(made("a table of lists, such as fromTable(…)", "numRows")),
  pairs: oneOf("best", "neighbors", "all"),
  guidance: made("a guidance, from learnGuidance", "rewards", "table"),
  onProgress: callback,
};
