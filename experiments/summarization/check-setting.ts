// The summarization experiment: the checks of a setting's options.

import { loadSummariesChecks } from "../../data/summaries";
import {
  above,
  atLeast,
  between,
  type Check,
  type Checks,
  callback,
  checkOptions,
  either,
  fields,
  flag,
  integer,
  oneOf,
  orInfinity,
  required,
  text,
} from "../../src/core/options";
import { creditCheck } from "../../src/credit/credit";
import { learnChecks } from "../../src/guidance/learn";
import { lowRankChecks } from "../../src/models/low-rank";
import { objectivesCheck, rateCheck } from "../../src/training/checks";
import { sampleGuidanceCheck } from "../../src/training/samples/guidance";
import { byName } from "../lib/checks";
import type { OnSamples, SummarizationLm, SummarizationSetting, SummarizationTraining } from "./settings";

const { rank, alpha } = lowRankChecks;
const layersOrAdapters: Check = {
  ...fields({ fromLayer: integer(0), lowRank: fields({ rank, alpha }) }),
  accepts: value => typeof value === "object" && value !== null && ("fromLayer" in value || "lowRank" in value),
};

const lmChecks: Checks<SummarizationLm> = {
  model: required(text),
  trainable: required(either(oneOf("all"), layersOrAdapters)),
  question: either(text, byName(text)),
  position: oneOf("before", "after"),
  prefix: text,
};

const guidanceChecks: Checks<NonNullable<SummarizationTraining["guidance"]>> = {
  learn: required(fields(learnChecks)),
  prompts: integer(1),
  every: above(0),
  from: atLeast(0),
  until: orInfinity(above(0)),
  transform: callback,
  lengthControlled: flag,
  strength: between(0, 1),
};

const onSamplesChecks: Checks<OnSamples> = {
  samples: integer(1),
  batchSize: required(integer(1)),
  updates: required(integer(1)),
  learningRate: required(rateCheck),
  lengthControlled: flag,
  klWeight: required(atLeast(0)),
  guidance: required(sampleGuidanceCheck),
  measureEvery: required(integer(1)),
};

const trainingChecks: Checks<SummarizationTraining> = {
  objectives: required(objectivesCheck),
  epochs: required(above(0)),
  batchSize: required(integer(1)),
  microBatchSize: integer(1),
  learningRate: required(rateCheck),
  weightDecay: atLeast(0),
  guidance: fields(guidanceChecks),
  credit: creditCheck,
  onSamples: fields(onSamplesChecks),
  validateEvery: required(above(0)),
  keep: oneOf("best", "last"),
};

const settingChecks: Checks<SummarizationSetting> = {
  lm: required(fields(lmChecks)),
  data: required(either(text, fields({ train: required(text), valid: required(text), test: required(text) }))),
  loading: fields(loadSummariesChecks),
  documents: required(fields({ pool: integer(1), train: integer(1), valid: integer(1), test: integer(1) })),
  documentTokens: required(integer(1)),
  summaryTokens: required(integer(1)),
  training: required(fields(trainingChecks)),
  samples: required(integer(1)),
  beams: integer(1),
};

/** Errors: an option of the setting that does not exist, is missing, or has a wrong value. */
export const checkSummarizationSetting = (where: string, setting: SummarizationSetting): void =>
  checkOptions(where, setting, settingChecks);
