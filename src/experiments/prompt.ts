// The prompt-generation experiment: its settings, and one search by each method. Every number's source: docs/paper-index.md.

import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { randomSearch } from "../evaluation/random-search";
import { meanTokens } from "../guidance/aggregate";
import type { LearnOptions } from "../guidance/learn";
import type { PromptPolicy } from "../models/prompt-policy";
import { kl } from "../objectives/kl";
import { negativeEntropy } from "../objectives/negative-entropy";
import { type Objective, scaled } from "../objectives/objective";
import { reinforce } from "../objectives/reinforce";
import type { Score } from "../preferences/score";
import { geometric } from "../training/schedules";
import { type Row, type TrainOptions, trainWithGuidance } from "../training/with-guidance";

/** What a search trains by, beside policy, score and rng. */
export type Training = Omit<TrainOptions, "policy" | "score" | "rng">;

export interface PromptSetting {
  /** Few-shot examples of each class, for the search and for the ranking; examples of the test in all. */
  shots: number;
  testSize: number;
  /** The first examples of the few-shot training set that every evaluation of a prompt runs over. */
  searchExamples: number;
  promptTokens: number;
  candidates: number;
  adaptorWidth: number;
  /** Prompts ranked again, and prompts tested. */
  finalists: number;
  winners: number;
  training: Training;
}

/** REINFORCE with the tokens' rewards, less each position's mean, held near the starting LM by a KL term that fades. */
const centred = (updates: number): Objective[] => [
  reinforce({ baseline: "position" }),
  scaled(geometric(0.7, 0.15, updates), kl()),
];

const learn: LearnOptions = { aggregate: meanTokens(), listSize: 5, lists: 64, steps: 160 };

const quick: PromptSetting = {
  shots: 16,
  testSize: 500,
  searchExamples: 16,
  promptTokens: 5,
  candidates: 256,
  adaptorWidth: 1024,
  finalists: 10,
  winners: 3,
  training: { learn, objectives: centred(200), initial: 192, rounds: 8, updates: 25, samples: 32, fresh: 64 },
};

/** Four times the evaluations of `quick`, on all training examples. */
const standard: PromptSetting = {
  ...quick,
  testSize: 1000,
  searchExamples: 32,
  training: { learn, objectives: centred(400), initial: 384, rounds: 16, updates: 25, samples: 64, fresh: 152 },
};

/** The paper's schedule and objectives; meant for a GPU. Candidates stay fixed, and the trunk stays frozen. */
const paper: PromptSetting = {
  ...standard,
  adaptorWidth: 2048,
  training: {
    learn: { ...learn, steps: 10_000, learningRate: 5e-5, weightDecay: 0, inputNoise: 0, hidden: 2048, every: 200 },
    objectives: [reinforce(), scaled(0.125, negativeEntropy())],
    initial: 5000,
    rounds: 12,
    updates: 1000,
    samples: 64,
    fresh: 1000,
    relearnRounds: 6,
    rewardUnit: "one",
    entropyFloor: 0,
    learningRate: 5e-5,
  },
};

export const promptSettings = { quick, standard, paper };

/** A setting by its name. Errors: another name. */
export function promptSetting(name: string): PromptSetting {
  if (!Object.hasOwn(promptSettings, name))
    fail("promptSetting", `there is no setting "${name}"`, `Use ${Object.keys(promptSettings).join(", ")}.`);
  return promptSettings[name as keyof typeof promptSettings];
}

/** Evaluations that a training pays for: one prompt on the search examples each. */
export const budget = ({ initial, rounds, fresh }: Training): number => initial + rounds * fresh;

/**
 * The searches that the experiment compares, at equal budgets. `guided`: token rewards. `bandit`: the same, but every token is
 * paid its whole sequence's reward. `random`: samples of the untrained policy.
 */
export const searches: Record<string, (options: SearchOptions) => AsyncGenerator<Row[], unknown>> = {
  guided: ({ policy, score, training, rng }) => trainWithGuidance({ ...training, policy, score, rng }),
  bandit: ({ policy, score, training, rng }) =>
    trainWithGuidance({ ...training, learn: { ...training.learn, credit: "sequence" }, policy, score, rng }),
  random: ({ policy, score, training, rng }) => randomSearch({ policy, score, evaluations: budget(training), rng }),
};

export interface SearchOptions {
  policy: PromptPolicy;
  score: Score<readonly number[]>;
  training: Training;
  rng: Rng;
}

/** Prompts that a person might write, spaces and all. */
export const manualPrompts = [
  " It was",
  " It is",
  " This is",
  " The movie was",
  " The film is",
  " Overall, it was",
  " All in all, it was",
  " In summary, the film is",
  " In short, this movie is",
  " I think it is",
  " My opinion:",
  " The review is",
  " The sentiment is",
  " Sentiment:",
  " Verdict:",
  " Rating:",
  " Absolutely",
  " Just",
];
