// The prompt-generation experiment: the checks of a setting's options.

import {
  atLeast,
  type Checks,
  callback,
  checkOptions,
  fields,
  integer,
  made,
  oneOf,
  required,
  text,
} from "../../src/core/options";
import { learnChecks } from "../../src/guidance/learn";
import { objectivesCheck, rateCheck } from "../../src/training/checks";
import { interruptibleChecks } from "../../src/training/recorder";
import { byName } from "../lib/checks";
import type { PromptSetting, Training } from "./settings";

const trainingChecks: Checks<Training> = {
  preferences: made("a source of preferences, such as givenLists(…)", "name", "next"),
  learn: required(fields(learnChecks)),
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
  ...interruptibleChecks,
};

const settingChecks: Checks<PromptSetting> = {
  model: text,
  everyReview: integer(1),
  reviewTokens: required(fields({ least: required(integer(0)), most: required(integer(1)) })),
  verbalizers: required(byName(text)),
  shots: required(integer(1)),
  testSize: required(integer(1)),
  searchExamples: required(integer(1)),
  promptTokens: required(integer(1)),
  context: required(text),
  candidates: required(integer(1)),
  adaptorWidth: required(integer(1)),
  finalists: required(integer(1)),
  winners: required(integer(1)),
  training: required(fields(trainingChecks)),
};

/** Errors: an option of the setting that does not exist, is missing, or has a wrong value. */
export const checkPromptSetting = (where: string, setting: PromptSetting): void =>
  checkOptions(where, setting, settingChecks);
