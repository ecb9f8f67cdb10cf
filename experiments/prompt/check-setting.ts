// The prompt-generation experiment: the checks of a setting's options.

import { type Checks, checkOptions, fields, integer, required, text } from "../../src/core/options";
import { promptTrainingChecks } from "../../src/training/prompts/prompt-training";
import { byName } from "../lib/checks";
import type { PromptSetting, Training } from "./settings";

const { policy: _, score: __, rng: ___, ...ofTraining } = promptTrainingChecks;
const trainingChecks: Checks<Training> = ofTraining;

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
