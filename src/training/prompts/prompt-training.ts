// Options and results of the search for prompts.

import {
  atLeast,
  type Checks,
  callback,
  checkOptions,
  fields,
  integer,
  made,
  oneOf,
  randomness,
  required,
} from "../../core/options";
import type { Rng } from "../../core/random";
import { type LearnedGuidance, type LearnOptions, learnChecks } from "../../guidance/learn";
import type { Objective } from "../../objectives/objective";
import type { PromptPolicy } from "../../policies/prompt-policy";
import type { Score } from "../../preferences/score";
import type { PreferenceSource } from "../../preferences/source";
import { objectivesCheck, rateCheck } from "../checks";
import type { Completion } from "../completion";
import { type Interruptible, interruptibleChecks } from "../recorder";

/** One logged number, after `step` policy updates and `evaluations` prompts scored. */
export interface PromptRow {
  step: number;
  evaluations: number;
  phase: "guidance" | "policy" | "samples";
  name: string;
  value: number;
}

/** Options of `trainPromptPolicy`. */
export interface PromptTraining extends Interruptible {
  policy: PromptPolicy;
  /** Ranks the policy's samples. */
  score: Score<readonly number[]>;
  /** What the guidance learns from. Default: all prompts scored so far, by their scores. */
  preferences?: PreferenceSource<PromptPolicy>;
  learn: LearnOptions;
  /** Weighted by their schedules at round · updates + update, whether or not earlier rounds ended early. */
  objectives: readonly Objective[];
  /** Prompts scored before the first guidance. */
  initialSamples: number;
  /** Rounds of learn – train – score. */
  rounds: number;
  /** Policy updates in a round, prompts sampled for each, and optimizer steps that share these. Default 1 minibatch. */
  updates: number;
  samples: number;
  minibatches?: number;
  /** Fresh distinct prompts scored after each round. */
  freshSamples: number;
  /**
   * Rounds that start by relearning the guidance from all prompts scored so far; later ones keep the last. Default
   * all.
   */
  relearnRounds?: number;
  /** Default 5e-4. */
  learningRate?: number;
  /** Unit of the token rewards in the objectives. Default "std", so that one learning rate fits every guidance. */
  rewardUnit?: "std" | "one";
  /**
   * A round ends early where the policy's entropy (nats a token) falls below this, and the policy goes back to the
   * last state above it. Default 0.4; 0 turns it off.
   */
  entropyFloor?: number;
  /** Gets every prompt that is scored, for a run log's completions. */
  onSamples?: (completions: Completion[]) => void;
  rng: Rng;
}

/** What training leaves behind, beside the trained policy. */
export interface PromptTrained {
  /** Mean score of the samples by which the best policy was kept. */
  bestScore: number;
  bestRound: number;
  /** The last guidance learned; the caller's to dispose. */
  guidance: LearnedGuidance;
}

export const promptTrainingChecks: Checks<PromptTraining> = {
  ...interruptibleChecks,
  policy: required(made("a policy, from createPromptPolicy", "candidates", "adaptor", "frozen")),
  score: required(made("a score, such as promptScore(…)", "name", "apply")),
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
  rng: required(randomness),
};

/** Errors: an option that is unknown, missing or out of its range. */
export const checkPromptTraining = (options: PromptTraining): void =>
  checkOptions("trainPromptPolicy", options, promptTrainingChecks);
