// The prompt-generation experiment: its settings. Every number's source: docs/paper-index.md.

import { fail } from "../../src/core/errors";
import { meanTokens } from "../../src/guidance/aggregate";
import type { LearnOptions } from "../../src/guidance/learn";
import { kl } from "../../src/objectives/kl";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { type Objective, scaled } from "../../src/objectives/objective";
import { reinforce } from "../../src/objectives/reinforce";
import type { PromptTraining } from "../../src/training/prompts/train-prompt-policy";
import { geometric } from "../../src/training/schedules";

/** What a search trains by, beside policy, score and rng. */
export type Training = Omit<PromptTraining, "policy" | "score" | "rng">;

export interface PromptSetting {
  /** The LM that writes prompts, classifies by them and gives the guidance its features. Default "smollm2-135m". */
  model?: string;
  /** Only reviews whose id is a multiple of this. Default 1. */
  everyReview?: number;
  /** How many tokens a review may have. */
  reviewTokens: { least: number; most: number };
  /** The word whose probability speaks for each class. */
  verbalizers: Record<string, string>;
  /** Few-shot examples of each class, for the search and for the ranking; examples of the test in all. */
  shots: number;
  testSize: number;
  /** The first examples of the few-shot training set that every evaluation of a prompt runs over. */
  searchExamples: number;
  promptTokens: number;
  /** What the policy reads before the prompt that it writes: a text like those of the task. */
  context: string;
  /** Size of the prompts' vocabulary. */
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

const learn: LearnOptions = { aggregate: meanTokens(), listSize: 5, listsPerStep: 64, steps: 160 };

const quick: PromptSetting = {
  reviewTokens: { least: 3, most: 64 },
  verbalizers: { negative: " negative", positive: " positive" },
  shots: 16,
  testSize: 400,
  searchExamples: 16,
  promptTokens: 5,
  context: "A charming film.",
  candidates: 256,
  adaptorWidth: 1024,
  finalists: 24,
  winners: 3,
  training: {
    learn,
    objectives: centred(60),
    initialSamples: 128,
    rounds: 6,
    updates: 10,
    samples: 64,
    minibatches: 2,
    freshSamples: 64,
    entropyFloor: 0.5,
  },
};

/** Five times the evaluations of `quick`, each on twice the examples. */
const standard: PromptSetting = {
  ...quick,
  testSize: 1000,
  searchExamples: 32,
  training: { ...quick.training, objectives: centred(160), initialSamples: 384, rounds: 16, freshSamples: 152 },
};

/** The paper's schedule and objectives; meant for a GPU. Candidates stay fixed, and the trunk stays frozen. */
const paper: PromptSetting = {
  ...standard,
  adaptorWidth: 2048,
  training: {
    learn: { ...learn, steps: 10_000, learningRate: 5e-5, weightDecay: 0, inputNoise: 0, hidden: 2048, every: 200 },
    objectives: [reinforce(), scaled(0.125, negativeEntropy())],
    initialSamples: 5000,
    rounds: 12,
    updates: 1000,
    samples: 64,
    freshSamples: 1000,
    relearnRounds: 6,
    rewardUnit: "one",
    entropyFloor: 0,
    learningRate: 5e-5,
  },
};

/** Seconds, for tests and tutorials: the toy LM of the repository, which was taught the task, on the reviews that it has not seen. */
const toy: PromptSetting = {
  ...quick,
  model: "tiny-lm",
  everyReview: 5,
  adaptorWidth: 256,
  training: { ...quick.training, objectives: centred(80), rounds: 5, updates: 16, freshSamples: 48 },
};

export const promptSettings = { toy, quick, standard, paper };

/** A setting by its name. Errors: another name. */
export function promptSetting(name: string): PromptSetting {
  if (!Object.hasOwn(promptSettings, name))
    fail("promptSetting", `there is no setting "${name}"`, `Use ${Object.keys(promptSettings).join(", ")}.`);
  return promptSettings[name as keyof typeof promptSettings];
}

/** Prompts that a training scores at most; it may end with fewer when its policy repeats itself. */
export const budget = ({ initialSamples, rounds, freshSamples }: Training): number =>
  initialSamples + rounds * freshSamples;

/** The bandit baseline: the same training, but every token is paid its whole sequence's reward. */
export const bandit = (training: Training): Training => ({
  ...training,
  learn: { ...training.learn, credit: "sequence" },
});

/** Prompts that a person might write, spaces and all. */
export const manualPrompts = [
  " It was",
  " This is",
  " The movie was",
  " Overall, it was",
  " All in all, it was",
  " In summary, the film is",
  " My opinion:",
  " The review is",
  " The sentiment is",
  " Sentiment:",
  " Verdict:",
  " Absolutely",
];
