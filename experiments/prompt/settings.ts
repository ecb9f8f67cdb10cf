// The prompt-generation experiment: its settings. The source of every number is in docs/paper-index.md.

import { fail } from "../../src/core/errors";
import { meanTokens } from "../../src/guidance/aggregate";
import type { LearnOptions } from "../../src/guidance/learn";
import { kl } from "../../src/objectives/kl";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { type Objective, scaled } from "../../src/objectives/objective";
import { reinforce } from "../../src/objectives/reinforce";
import type { PromptTraining } from "../../src/training/prompts/train-prompt-policy";
import { geometric } from "../../src/training/schedules";

/** Options of `trainPromptPolicy`, without policy, score and rng. */
export type Training = Omit<PromptTraining, "policy" | "score" | "rng">;

/** All choices of a run of the prompt experiment except variant, seed and split. */
export interface PromptSetting {
  /** The LM that generates prompts, classifies with them and gives guidance its features. Default "smollm2-135m". */
  model?: string;
  /** Takes only reviews whose id is a multiple of this. Default 1. */
  everyReview?: number;
  /** Takes only reviews with this many tokens, both limits included. */
  reviewTokens: { least: number; most: number };
  /** For each class the word, one token, whose probability is that of the class. */
  verbalizers: Record<string, string>;
  /** Few-shot examples of each class, in the training set and in the validation set. */
  shots: number;
  /** Test examples in all. */
  testSize: number;
  /** Examples that a prompt is scored on: the first of the few-shot training set. */
  searchExamples: number;
  /** Length of a prompt. */
  promptTokens: number;
  /** The text that the policy generates a prompt after: one like those of the task. */
  context: string;
  /** Size of the vocabulary of prompts. */
  candidates: number;
  /** Hidden width of the policy's adaptor. */
  adaptorWidth: number;
  /** The best prompts of the search, which are ranked again on the ranking examples. */
  finalists: number;
  /** The best of these, which are tested. */
  winners: number;
  training: Training;
}

/** REINFORCE with rewards less the mean of their position, and a KL term to the initial LM that decays. */
const withBaseline = (updates: number): Objective[] => [
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
    objectives: withBaseline(60),
    initialSamples: 128,
    rounds: 6,
    updates: 10,
    samples: 64,
    minibatches: 2,
    freshSamples: 64,
    entropyFloor: 0.5,
  },
};

/** Five times as many prompts scored as in `quick`, each on twice the examples. */
const standard: PromptSetting = {
  ...quick,
  testSize: 1000,
  searchExamples: 32,
  training: { ...quick.training, objectives: withBaseline(160), initialSamples: 384, rounds: 16, freshSamples: 152 },
};

/**
 * The paper's schedule and objectives; meant for a GPU. Unlike the paper's, the vocabulary is fixed, and the LM that
 * gives guidance its features is frozen.
 */
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

/** For tests and tutorials: seconds with the toy LM of the repository, on reviews that it was not trained on. */
const toy: PromptSetting = {
  ...quick,
  model: "tiny-lm",
  everyReview: 5,
  adaptorWidth: 256,
  training: { ...quick.training, objectives: withBaseline(80), rounds: 5, updates: 16, freshSamples: 48 },
};

/**
 * The settings by name: `toy` for tests and tutorials, `quick` (minutes on a CPU), `standard` (hours on a CPU) and
 * `paper` (a GPU).
 */
export const promptSettings = { toy, quick, standard, paper };

/** A setting by name. Errors: an unknown name. */
export function promptSetting(name: string): PromptSetting {
  if (!Object.hasOwn(promptSettings, name))
    fail("promptSetting", `there is no setting "${name}"`, `Use ${Object.keys(promptSettings).join(", ")}.`);
  return promptSettings[name as keyof typeof promptSettings];
}

/** The most prompts that a search scores: fewer if its policy repeats itself. */
export const budget = ({ initialSamples, rounds, freshSamples }: Training): number =>
  initialSamples + rounds * freshSamples;

/** The bandit baseline: the same training with the reward of the whole sequence for every token. */
export const bandit = (training: Training): Training => ({
  ...training,
  learn: { ...training.learn, credit: "sequence" },
});

/** Prompts as a person might write them; each starts with a space. */
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
