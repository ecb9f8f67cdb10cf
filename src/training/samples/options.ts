// Options of training on samples.

import type * as tf from "@tensorflow/tfjs-core";
import type { ParameterGroup } from "../../backend/adamw";
import {
  anything,
  atLeast,
  type Checks,
  callback,
  either,
  fields,
  flag,
  integer,
  listOf,
  made,
  required,
} from "../../core/options";
import type { Rng } from "../../core/random";
import type { Schedule } from "../../core/schedule";
import { type Credit, creditCheck } from "../../credit/credit";
import { type SampleOptions, sampleChecks } from "../../generation/options";
import type { TextGuidance } from "../../guidance/text-guidance";
import type { Objective } from "../../objectives/objective";
import { type ReferenceLm, type Referring, referenceCheck } from "../../policies/reference-policy";
import type { ResponsePolicy } from "../../policies/response-policy";
import type { PromptEntry } from "../../preferences/lists-table";
import type { Sample } from "../../preferences/rank-samples";
import type { Score } from "../../preferences/score";
import { rateCheck, responseTrainerChecks, validateCheck } from "../checks";
import type { Completion } from "../completion";
import type { PolicyTraining } from "../policy-training";
import type { Interruptible } from "../recorder";
import { type AdaptiveKl, adaptiveKlCheck } from "./adaptive-kl";
import { type SampleGuidanceTraining, sampleGuidanceCheck } from "./guidance";
import { type Scoring, scoringCheck } from "./scoring";

/** Options of the value head of `trainWithSamples`. */
export interface ValueHeadOptions {
  /** Width of its hidden layer. Default 128. */
  hidden?: number;
  /** Its own learning rate. Default: that of the policy. */
  learningRate?: number | Schedule;
}

const valueHeadChecks: Checks<ValueHeadOptions> = { hidden: integer(1), learningRate: rateCheck };

/** Options of `trainWithSamples`. */
export interface SampleTraining extends Interruptible {
  policy: ResponsePolicy & { variables?: readonly tf.Variable[] } & Referring;
  /** What is trained. Default: the policy's own, of `trainablePolicy`. */
  variables?: readonly tf.Variable[] | readonly ParameterGroup[];
  /** The frozen LM of KL terms. Default: that of `trainablePolicy`, the LM as it was before training. */
  reference?: ReferenceLm;
  /** Texts, conversations or token ids, or records that have one as `prompt`. All are used before any comes again. */
  prompts: readonly PromptEntry[];
  /** Scores whole responses; a sample's `finished` tells whether it ended by itself. */
  score?: Score<Sample>;
  /** Scores some of the samples only, while the guidance rewards the tokens of all. Default: all are scored. */
  scoring?: Scoring;
  /** Subtracted from the score of a response that was cut off at `maxNewTokens`. Default 0. */
  missingEndPenalty?: number;
  /**
   * Token rewards: of `learnGuidance`, of `implicitGuidance`, or another record with their `rewards`; or learned as
   * training goes on, from the samples that it scores.
   */
  guidance?: Pick<TextGuidance, "rewards"> | SampleGuidanceTraining;
  /** What a token is worth, from `tw.credit`. Default: `tokenReward()` with a guidance, else `groupAdvantage()`. */
  credit?: Credit;
  /** The value head that a credit with values has, such as `generalizedAdvantage`. */
  valueHead?: ValueHeadOptions;
  /**
   * `reinforce`, `clippedRatio`, `kl` and others on samples. `reward_BT` and `advantage_BT` of their batch are the
   * credit.
   */
  objectives: readonly Objective[];
  /** Moves the weight of the objective `kl`, so that the KL stays near a target. Default: the weight is as given. */
  adaptiveKl?: AdaptiveKl;
  /** Samples of a prompt. Default 4. */
  samples?: number;
  /** Prompts of an update; it learns from `batchSize` · `samples` responses. */
  batchSize: number;
  updates: number;
  /** How responses are sampled. Log-probabilities are those without `topK` and `topP`, whatever it says. */
  sampling: SampleOptions;
  /**
   * Log-probabilities of the policy, of the reference and of the policy that sampled are those at the temperature of
   * `sampling`: what trains is then the distribution that was sampled from, as in TRL's GRPO, which divides logits by
   * the temperature. Default false: they are the LM's own, at temperature 1.
   */
  atSamplingTemperature?: boolean;
  /** Times that an update goes through its samples, each in `minibatches` optimizer steps. Defaults 1 and 1. */
  passes?: number;
  minibatches?: number;
  /** Responses of a forward pass. It never changes a loss. Default: all of an optimizer step. */
  microBatchSize?: number;
  learningRate: number | Schedule;
  /** Defaults of `adamW`: 0 and 5. */
  weightDecay?: number;
  clipNorm?: number;
  /** See `trainPolicy`; `every` counts updates. */
  validate?: PolicyTraining["validate"];
  /** Gets each update's samples with their scores, rewards and credits, for a run log's completions. */
  onSamples?(completions: Completion[]): void;
  /** Called with the tokens sampled and the responses encoded. */
  onProgress?(what: "sampling" | "encoding", done: number, total: number): void;
  rng: Rng;
}

export const sampleTrainingChecks: Checks<SampleTraining> = {
  ...responseTrainerChecks,
  reference: referenceCheck,
  prompts: required(listOf(anything)),
  score: made("a score of samples", "name", "apply"),
  scoring: scoringCheck,
  missingEndPenalty: atLeast(0),
  guidance: either(made("a guidance, from learnGuidance", "rewards"), sampleGuidanceCheck),
  credit: creditCheck,
  valueHead: fields(valueHeadChecks),
  adaptiveKl: adaptiveKlCheck,
  samples: integer(1),
  batchSize: required(integer(1)),
  updates: required(integer(1)),
  sampling: required(fields(sampleChecks)),
  atSamplingTemperature: flag,
  passes: integer(1),
  minibatches: integer(1),
  microBatchSize: integer(1),
  validate: validateCheck(integer(1)),
  onSamples: callback,
  onProgress: callback,
};
