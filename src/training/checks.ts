// Checks of options that several trainers have.

import {
  above,
  atLeast,
  callback,
  either,
  integer,
  listOf,
  made,
  orInfinity,
  randomness,
  required,
} from "../core/options";
import { interruptibleChecks } from "./recorder";

export const objectivesCheck = listOf(made("an objective, such as mle()", "name", "on", "loss"));

/** A learning rate or a schedule of it. */
export const rateCheck = either(atLeast(0), callback);

/** Options of every trainer of a policy over responses. */
export const responseTrainerChecks = {
  ...interruptibleChecks,
  policy: required(made("a policy over responses, such as trainablePolicy(…)", "encode", "teacherForce", "generator")),
  variables: listOf(made("a variable or a group of them")),
  objectives: required(objectivesCheck),
  learningRate: required(rateCheck),
  weightDecay: atLeast(0),
  clipNorm: orInfinity(above(0)),
  validate: made("a record of every and measure", "every", "measure"),
  rng: required(randomness),
};

/** Options of the trainers that go through data epoch by epoch. */
export const epochChecks = {
  epochs: required(above(0)),
  batchSize: required(integer(1)),
  microBatchSize: integer(1),
  maxBytes: orInfinity(atLeast(0)),
};
