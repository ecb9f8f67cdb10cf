// Token credit on text: settings, and their checks.

import { fail } from "../../src/core/errors";
import {
  above,
  atLeast,
  type Checks,
  checkOptions,
  fields,
  integer,
  listOf,
  oneOf,
  required,
  text,
} from "../../src/core/options";
import { meanTokens } from "../../src/guidance/aggregate";
import { noBound } from "../../src/guidance/bounds";
import { type LearnOptions, learnChecks } from "../../src/guidance/learn";
import { byName } from "../lib/checks";
import type { CreditMethodName } from "./methods";

/** The scores of whole responses that are compared. */
export const creditScores = ["ratings", "sentiment", "negative words"] as const;
/** A score of whole responses, by its name. */
export type CreditScore = (typeof creditScores)[number];

/** All choices of a run on text except method, KL weight and seed. */
export interface CreditSetting {
  /** The LM, whose layers from `fromLayer` up train. */
  model: string;
  fromLayer: number;
  /** A prompt is this text and the first words of a review. */
  before: string;
  promptWords: number;
  /**
   * What whole responses are scored by: the mean of token rewards that were learned from people's ratings before
   * (`meanReward`), their sentiment (`sentimentScore`), or minus the number of their words with a negative valence
   * (`wordCountScore`).
   */
  score: CreditScore;
  /** Tokens of a response, not fewer and not more. */
  tokens: number;
  /** Prompts of an update, samples of each, updates. */
  batchSize: number;
  samples: number;
  updates: number;
  learningRate: number;
  /** Of methods that learn better at another rate. */
  learningRates?: Partial<Record<CreditMethodName, number>>;
  /** Human-rated reviews that guidance is learned from, with the score "ratings". */
  rated: number;
  /** How guidance is learned; from samples before which update first, and after how many updates each time. */
  learn: LearnOptions;
  from: number;
  every: number;
  /** Prompts that the trained policy is measured on, with 4 samples each. */
  heldOut: number;
  /** Human-rated reviews that the judge learns from; 0: no judge. */
  judge: number;
  /** The methods, each with the KL weights that give its curve of score over KL. */
  weights: Partial<Record<CreditMethodName, readonly number[]>>;
}

const settingChecks: Checks<CreditSetting> = {
  model: required(text),
  fromLayer: required(integer(1)),
  before: required(text),
  promptWords: required(integer(1)),
  score: required(oneOf(...creditScores)),
  tokens: required(integer(1)),
  batchSize: required(integer(1)),
  samples: required(integer(2)),
  updates: required(integer(1)),
  learningRate: required(above(0)),
  learningRates: byName(above(0)),
  rated: required(integer(8)),
  learn: required(fields(learnChecks)),
  from: required(integer(1)),
  every: required(integer(1)),
  heldOut: required(integer(1)),
  judge: required(integer(0)),
  weights: required(byName(listOf(atLeast(0)))),
};

const learn: LearnOptions = { aggregate: meanTokens(), bound: noBound(), steps: 80, listsPerStep: 32, listSize: 4 };

/** The toy LM of the repository, on reviews that it was not trained on: minutes. */
const quick = {
  model: "tiny-lm",
  fromLayer: 2,
  before: "",
  promptWords: 3,
  samples: 4,
  rated: 4000,
  learn,
  heldOut: 64,
  judge: 2000,
};

/** SmolLM2-135M. */
const standard = {
  ...quick,
  model: "smollm2-135m",
  fromLayer: 24,
  before: "Film review: ",
  promptWords: 4,
  heldOut: 24,
};

/** For tests and tutorials: seconds. */
const toy = { ...quick, tokens: 8, batchSize: 4, updates: 6, from: 2, every: 2, heldOut: 8, rated: 80, judge: 60 };

const ratings = {
  score: "ratings",
  tokens: 40,
  batchSize: 4,
  updates: 40,
  learningRate: 1e-3,
  learn: { ...learn, steps: 200 },
  from: 1, // guidance is learned before
  every: 1,
  weights: { group: [1, 0.1], token: [3, 1], both: [1], sequence: [1] },
} as const;

const sentiment = {
  score: "sentiment",
  tokens: 20,
  batchSize: 16,
  updates: 20,
  learningRate: 3e-3,
  from: 4,
  every: 4,
  weights: { group: [0.5, 0.1], token: [1, 0.5], both: [0.5], sequence: [0.2], oracle: [0.7] },
} as const;

const words = {
  score: "negative words",
  tokens: 40,
  batchSize: 4,
  updates: 40,
  learningRate: 1e-3,
  learningRates: { group: 4e-4 },
  learn: { ...learn, steps: 200, learningRate: 5e-3 }, // few tokens decide: a longer fit finds them
  from: 8,
  every: 12,
  weights: { group: [0.5, 0.1, 0.01], token: [3, 1], both: [1], sequence: [0.3], oracle: [3, 1] },
} as const;

/**
 * The settings by score and name: `toy` (seconds), `quick` (the toy LM of the repository, minutes) and `standard`
 * (SmolLM2-135M, hours).
 */
export const creditSettings: Record<CreditScore, Record<"toy" | "quick" | "standard", CreditSetting>> = {
  ratings: {
    toy: { ...ratings, ...toy, weights: { group: [0.1], token: [1] } },
    quick: { ...quick, ...ratings },
    standard: { ...standard, ...ratings, updates: 16, learningRate: 5e-4 },
  },
  sentiment: {
    toy: { ...sentiment, ...toy, weights: { group: [0.5, 0.1], token: [0.5, 0.2] } },
    quick: { ...quick, ...sentiment },
    standard: { ...standard, ...sentiment, batchSize: 6, updates: 16, learningRate: 5e-4 },
  },
  "negative words": {
    toy: { ...words, ...toy, learn, weights: { group: [0.3, 0.03], token: [1, 0.3] } },
    quick: { ...quick, ...words },
    standard: { ...standard, ...words, updates: 16, learningRate: 5e-4, learningRates: {}, from: 4, every: 4 },
  },
};

/** The learning rate of a method. */
export const learningRateOf = ({ learningRate, learningRates }: CreditSetting, method: CreditMethodName): number =>
  learningRates?.[method] ?? learningRate;

/** A setting by score and name. Errors: an unknown name. */
export function creditSetting(score: CreditScore, name: string): CreditSetting {
  checkOptions("creditSetting", { score }, { score: required(oneOf(...creditScores)) });
  const settings = creditSettings[score];
  if (!Object.hasOwn(settings, name))
    fail("creditSetting", `there is no setting "${name}"`, `Use ${Object.keys(settings).join(", ")}.`);
  return settings[name as keyof typeof settings];
}

/** Errors: an option of the setting that does not exist, is missing, or has a wrong value. */
export const checkCreditSetting = (where: string, setting: CreditSetting): void =>
  checkOptions(where, setting, settingChecks);
