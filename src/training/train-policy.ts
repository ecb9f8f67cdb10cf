// Training of any LM on batches that the caller supplies: references of the data, samples of the LM, lists, or all of
// them. It is the loop under every trainer (`loop.ts`).

import {
  above,
  atLeast,
  type Checks,
  callback,
  checkOptions,
  fields,
  integer,
  listOf,
  made,
  orInfinity,
  randomness,
  required,
} from "../core/options";
import { objectivesCheck, rateCheck, validateCheck } from "./checks";
import { trainingLoop } from "./loop";
import type { PolicyRow, PolicyTrained, PolicyTraining } from "./policy-training";
import { interruptibleChecks } from "./recorder";

export type { MicroBatch } from "./optimizer-step";
export type { PolicyRow, PolicyTrained, PolicyTraining, TrainingPart } from "./policy-training";

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
  validate: validateCheck(integer(1)),
  onUpdate: fields<NonNullable<PolicyTraining["onUpdate"]>>({ before: required(callback), after: required(callback) }),
  parts: made("a record of parts"),
  settings: made("a record"),
  rng: required(randomness),
};

/**
 * Trains variables by objectives. Each optimizer step is one AdamW step down the loss of its micro-batches together.
 * Yields rows after every update, validation and relearning (docs/logged-metrics.md); stop taking them and training
 * stops there. With `checkpoint` its state is written after every so many updates, after every validation and when it
 * is stopped; resumed with the same options it gives the rows that an uninterrupted run gives.
 *
 * Errors: a loss or gradient that is not finite, or a loss beyond `lossLimit`, by step (the policy is then as the
 * step before left it, and the batch in the run's folder); terms with the same name; no batch; a measure to keep the
 * best by that is not measured.
 */
export async function* trainPolicy(options: PolicyTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  checkOptions("trainPolicy", options, policyTrainingChecks);
  return yield* trainingLoop("trainPolicy", options);
}
