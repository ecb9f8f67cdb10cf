// LM training on the policy's own samples: drawn, scored, given credit token by token, and learned from. (Yang et al.
// 2023, LM training without supervised data; REINFORCE, RLOO, GRPO and PPO are choices of credit and objectives.)

import type * as tf from "@tensorflow/tfjs-core";
import type { ParameterGroup } from "../../backend/adamw";
import { fail } from "../../core/errors";
import {
  anything,
  atLeast,
  type Checks,
  callback,
  checkOptions,
  either,
  fields,
  integer,
  listOf,
  made,
  required,
} from "../../core/options";
import type { Rng } from "../../core/random";
import type { Schedule } from "../../core/schedule";
import { type Credit, creditCheck } from "../../credit/credit";
import { tokenReward } from "../../credit/learned";
import { groupAdvantage } from "../../credit/scored";
import { type SampleOptions, sampleChecks } from "../../generation/options";
import type { TextGuidance } from "../../guidance/text-guidance";
import type { Objective } from "../../objectives/objective";
import { type ReferenceLm, type Referring, referenceCheck, referenceOf } from "../../policies/reference-policy";
import type { ResponsePolicy } from "../../policies/response-policy";
import type { PromptEntry } from "../../preferences/lists-table";
import type { Sample } from "../../preferences/rank-samples";
import type { Score } from "../../preferences/score";
import { responseTrainerChecks, validateCheck } from "../checks";
import type { Completion } from "../completion";
import { trainingLoop } from "../loop";
import type { PolicyRow, PolicyTrained, PolicyTraining } from "../policy-training";
import type { Interruptible } from "../recorder";
import { digestOf } from "../settings";
import { type AdaptiveKl, adaptiveKlCheck, adaptiveWeight } from "./adaptive-kl";
import { sampleSteps } from "./batches";
import { neededFields } from "./fields";
import { givenRewards, relearnedRewards, type SampleGuidanceTraining, sampleGuidanceCheck } from "./guidance";
import { encodedPrompts, promptsOf } from "./prompts";
import { creditedSamples } from "./update";

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
  /** Subtracted from the score of a response that was cut off at `maxNewTokens`. Default 0. */
  missingEndPenalty?: number;
  /**
   * Token rewards: of `learnGuidance`, of `implicitGuidance`, or another record with their `rewards`; or learned as
   * training goes on, from the samples that it scores.
   */
  guidance?: Pick<TextGuidance, "rewards"> | SampleGuidanceTraining;
  /** What a token is worth, from `tw.credit`. Default: `tokenReward()` with a guidance, else `groupAdvantage()`. */
  credit?: Credit;
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
  /** How responses are sampled. Log-probabilities are those at temperature 1 without filters, whatever it says. */
  sampling: SampleOptions;
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

const checks: Checks<SampleTraining> = {
  ...responseTrainerChecks,
  reference: referenceCheck,
  prompts: required(listOf(anything)),
  score: made("a score of samples", "name", "apply"),
  missingEndPenalty: atLeast(0),
  guidance: either(made("a guidance, from learnGuidance", "rewards"), sampleGuidanceCheck),
  credit: creditCheck,
  adaptiveKl: adaptiveKlCheck,
  samples: integer(1),
  batchSize: required(integer(1)),
  updates: required(integer(1)),
  sampling: required(fields(sampleChecks)),
  passes: integer(1),
  minibatches: integer(1),
  microBatchSize: integer(1),
  validate: validateCheck(integer(1)),
  onSamples: callback,
  onProgress: callback,
};

/**
 * Trains the policy's variables on its own samples: each update draws `samples` responses to each of `batchSize`
 * prompts, scores them, gives each token its credit and takes `passes` · `minibatches` optimizer steps. Rows,
 * checkpoints, resuming and keep-best are those of `trainPolicy`; the phase "samples" logs score, length, share
 * finished, mean reward and an estimate of the KL (docs/logged-metrics.md).
 *
 *     const policy = trainablePolicy(lm, { train: "low-rank" });
 *     const objectives = [reinforce(), scaled(0.1, kl())];
 *     for await (const rows of trainWithSamples({ policy, prompts, score, objectives, ...more })) log.add(rows);
 *
 * Samples of a prompt with equal scores have credit 0 under `groupAdvantage` and `leaveOneOut`: they change nothing.
 *
 * Errors: those of `trainPolicy`, `generate` and `learnGuidance`; before anything is drawn, an objective or a credit
 * that needs what is not there (a score, a guidance, a reference, several samples of a prompt), no prompt, no
 * variables; later, a score or a credit that is not finite. What a score throws ends training, before its update.
 */
export async function* trainWithSamples(options: SampleTraining): AsyncGenerator<PolicyRow[], PolicyTrained> {
  const where = "trainWithSamples";
  checkOptions(where, options, checks);
  const { policy, score, missingEndPenalty = 0, guidance: given, batchSize, rng, validate } = options;
  const { samples = 4, updates, passes = 1, minibatches = 1, sampling, onSamples, onProgress } = options;
  const { variables = policy.variables } = options;
  const frozen = referenceOf(policy, options.reference);
  const { learningRate, weightDecay, clipNorm, checkpoint, resume, signal } = options;
  const adaptive = options.adaptiveKl && adaptiveWeight(where, options.objectives, options.adaptiveKl);
  const objectives = adaptive?.objectives ?? options.objectives;
  const microBatchSize = options.microBatchSize ?? batchSize * samples;
  const relearned = given && "learn" in given ? given : undefined;
  const credit = options.credit ?? (given ? tokenReward() : groupAdvantage());
  const learnsFirst = !relearned || (relearned.preferences && !relearned.from);
  const creditBefore = relearned?.before ?? (learnsFirst ? credit : groupAdvantage());
  const needs = neededFields(where, {
    objectives,
    credits: [credit, creditBefore],
    samples,
    microBatchSize,
    has: { score: score !== undefined, guidance: given !== undefined, reference: frozen !== undefined },
  });
  if (relearned && !relearned.preferences && !score)
    fail(where, "guidance learns from scored samples, and there is no score", "Give a score, or preferences.");
  if (minibatches > batchSize)
    fail(where, `minibatches is ${minibatches} of ${batchSize} prompts`, "Give at most batchSize.");
  if (!variables) fail(where, "there are no variables", "Make the policy by trainablePolicy, or give variables.");
  const prompts = encodedPrompts(policy, options.prompts);
  if (prompts.length === 0) fail(where, "there is no prompt", "Give at least one.");

  const guidance = relearned
    ? relearnedRewards(policy, relearned, { samples, passSize: microBatchSize, signal })
    : given && givenRewards(given as Pick<TextGuidance, "rewards">);
  const reference = needs.reference ? frozen : undefined;
  const drawing = { policy, reference, prompts, score, missingEndPenalty, guidance, credit, creditBefore };
  const following = { onSamples, onProgress, signal };
  const own = {
    ...drawing,
    ...following,
    samples,
    batchSize,
    sampling,
    passSize: microBatchSize,
    needsBehavior: needs.behaviorLogProbability,
    needsReference: needs.referenceLogProbability,
  };
  const steps = { policy, reference, fields: needs.fields, samples, passes, minibatches, microBatchSize };
  let measures: Record<string, number> = {};

  try {
    return yield* trainingLoop(where, {
      variables,
      async batches(step, stream, countCompletions) {
        const indices = promptsOf(step, batchSize, prompts.length, rng);
        const update = await creditedSamples(where, own, indices, { step, rng: stream, countCompletions });
        measures = { ...update.measures, ...(adaptive && { "kl weight": adaptive.weight(step) }) };
        return sampleSteps(update, steps, stream);
      },
      sampled: () => measures,
      objectives,
      learningRate,
      weightDecay,
      clipNorm,
      rng,
      steps: updates,
      checkpoint,
      resume,
      signal,
      settings: {
        batchSize,
        samples,
        passes,
        minibatches,
        sampling,
        missingEndPenalty,
        credit,
        adaptiveKl: options.adaptiveKl,
        score: score?.name,
        prompts: digestOf(prompts.map(({ ids }) => ids)),
        guidance: relearned
          ? { ...relearned, preferences: described(relearned), before: creditBefore }
          : given && "given",
      },
      validate,
      relearn: guidance?.relearn,
      onUpdate: adaptive?.onUpdate,
      parts: {
        ...(guidance?.part && { guidance: guidance.part }),
        ...(adaptive && { adaptiveKl: adaptive.part }),
      },
    });
  } finally {
    guidance?.dispose();
  }
}

const described = ({ preferences }: SampleGuidanceTraining) =>
  preferences && { name: preferences.name, ...preferences.settings };
