// Checks of options that several trainers have.

import {
  above,
  atLeast,
  type Check,
  callback,
  either,
  fields,
  flag,
  integer,
  listOf,
  made,
  oneOf,
  orInfinity,
  randomness,
  required,
  text,
} from "../core/options";
import type { PolicyTraining } from "./policy-training";
import { interruptibleChecks } from "./recorder";

export const objectivesCheck = listOf(made("an objective, such as mle()", "name", "on", "loss"));

/** A learning rate or a schedule of it. */
export const rateCheck = either(atLeast(0), callback);

/** `validate` of a trainer whose `every` counts updates, or epochs. */
export const validateCheck = (every: Check): Check =>
  fields<NonNullable<PolicyTraining["validate"]>>({
    every: required(every),
    atStart: flag,
    measure: required(callback),
    keepBest: text,
    keepBestBy: oneOf("highest", "lowest"),
  });

/** Options of every trainer of a policy over responses. */
export const responseTrainerChecks = {
  ...interruptibleChecks,
  policy: required(made("a policy over responses, such as trainablePolicy(…)", "encode", "teacherForce", "generator")),
  variables: listOf(made("a variable or a group of them")),
  objectives: required(objectivesCheck),
  learningRate: required(rateCheck),
  weightDecay: atLeast(0),
  clipNorm: orInfinity(above(0)),
  rng: required(randomness),
};

/** Options of the trainers that go through data epoch by epoch. */
export const epochChecks = {
  epochs: required(above(0)),
  batchSize: required(integer(1)),
  microBatchSize: integer(1),
  maxBytes: orInfinity(atLeast(0)),
  validate: validateCheck(above(0)),
};
