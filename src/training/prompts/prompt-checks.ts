import {
  atLeast,
  type Checks,
  callback,
  checkOptions,
  integer,
  made,
  oneOf,
  randomness,
  required,
} from "../../core/options";
import { objectivesCheck, rateCheck } from "../checks";
import { interruptibleChecks } from "../recorder";
import type { PromptTraining } from "./train-prompt-policy";

const promptTrainingChecks: Checks<PromptTraining> = {
  ...interruptibleChecks,
  policy: required(made("a policy, from createPromptPolicy", "candidates", "adaptor", "frozen")),
  score: required(made("a score, such as promptScore(…)", "name", "apply")),
  preferences: made("a source of preferences, such as givenLists(…)", "name", "next"),
  learn: required(made("options of learnGuidance", "aggregate")),
  objectives: required(objectivesCheck),
  initialSamples: required(integer(1)),
  rounds: required(integer(1)),
  updates: required(integer(1)),
  samples: required(integer(1)),
  minibatches: integer(1),
  freshSamples: required(integer(1)),
  relearnRounds: integer(1),
  learningRate: rateCheck,
  rewardUnit: oneOf("std", "one"),
  entropyFloor: atLeast(0),
  onSamples: callback,
  rng: required(randomness),
};

/** Errors: an option that is unknown, missing or out of its range. */
export const checkPromptTraining = (options: PromptTraining): void =>
  checkOptions("trainPromptPolicy", options, promptTrainingChecks);
