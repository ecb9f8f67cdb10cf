// LM training on the policy's own samples: drawn, scored, given credit token by token, and learned from. (Yang et al.
// 2023, LM training without supervised data; REINFORCE, RLOO, GRPO and PPO are choices of credit and objectives.)

import * as tf from "@tensorflow/tfjs-core";
import type { ParameterGroup } from "../../backend/adamw";
import { fail } from "../../core/errors";
import { checkOptions } from "../../core/options";
import type { Schedule } from "../../core/schedule";
import { tokenReward } from "../../credit/learned";
import { groupAdvantage } from "../../credit/scored";
import type { TextGuidance } from "../../guidance/text-guidance";
import { referenceOf } from "../../policies/reference-policy";
import { tempered } from "../../policies/tempered";
import { createValueHead, type ValueHead } from "../../policies/value-head";
import { trainingLoop } from "../loop";
import type { PolicyRow, PolicyTrained, TrainingPart } from "../policy-training";
import { digestOf } from "../settings";
import { adaptiveWeight } from "./adaptive-kl";
import { sampleSteps } from "./batches";
import { neededFields } from "./fields";
import { givenRewards, relearnedRewards, type SampleGuidanceTraining } from "./guidance";
import { type SampleTraining, sampleTrainingChecks } from "./options";
import { encodedPrompts, promptsOf } from "./prompts";
import { scoringPlan } from "./scoring";
import { creditedSamples } from "./update";

export type { SampleTraining } from "./options";

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
  checkOptions(where, options, sampleTrainingChecks);
  const { score, missingEndPenalty = 0, guidance: given, batchSize, rng, validate } = options;
  const { samples = 4, scoring, updates, passes = 1, minibatches = 1, sampling, onSamples, onProgress } = options;
  const temperature = options.atSamplingTemperature ? (sampling.temperature ?? 1) : 1;
  const policy = tempered(options.policy, temperature);
  const { variables = policy.variables, valueHead: { hidden = 128, learningRate: headRate } = {} } = options;
  const frozen = referenceOf(policy, options.reference);
  const frozenLm = options.reference ?? policy.reference;
  const attending = frozenLm && "family" in frozenLm ? frozenLm : undefined;
  const { learningRate, weightDecay, clipNorm, checkpoint, resume, signal } = options;
  const adaptive = options.adaptiveKl && adaptiveWeight(where, options.objectives, options.adaptiveKl);
  const objectives = adaptive?.objectives ?? options.objectives;
  const microBatchSize = options.microBatchSize ?? batchSize * samples;
  const relearned = given && "learn" in given ? given : undefined;
  const credit = options.credit ?? (given ? tokenReward() : groupAdvantage());
  const learnsFirst = !relearned || (relearned.preferences && !relearned.from);
  const creditBefore = relearned?.before ?? (learnsFirst ? credit : groupAdvantage());
  const plan = scoringPlan(where, scoring ?? {}, { samples, batchSize });
  const needs = neededFields(where, {
    objectives,
    credits: [credit, creditBefore],
    samples,
    scored: plan.perPrompt,
    microBatchSize,
    steps: passes * minibatches,
    has: {
      score: score !== undefined,
      guidance: given !== undefined,
      reference: frozen !== undefined,
      valueHead: options.valueHead !== undefined,
      attention: attending !== undefined,
    },
  });
  if (relearned && !relearned.preferences && !score)
    fail(where, "guidance learns from scored samples, and there is no score", "Give a score, or preferences.");
  if (scoring && !(score && given))
    fail(where, `scoring is limited, and there is no ${score ? "guidance" : "score"}`, "Give a score and a guidance.");
  if (minibatches > batchSize)
    fail(where, `minibatches is ${minibatches} of ${batchSize} prompts`, "Give at most batchSize.");
  if (!variables) fail(where, "there are no variables", "Make the policy by trainablePolicy, or give variables.");
  const prompts = encodedPrompts(policy, options.prompts);
  if (prompts.length === 0) fail(where, "there is no prompt", "Give at least one.");

  const guidance = relearned
    ? relearnedRewards(policy, relearned, { scored: plan.perPrompt, passSize: microBatchSize, signal })
    : given && givenRewards(given as Pick<TextGuidance, "rewards">);
  const firstLearned = guidance?.relearn?.from ?? 0;
  if (creditBefore.needs?.includes("score_B") && firstLearned > plan.until)
    fail(
      where,
      `guidance is first learned before update ${firstLearned}, and no sample is scored from update ${plan.until} on`,
      "Learn guidance earlier, by `from`, or give a larger scoring.budget.",
    );
  const partly = [...(scoring ? [credit] : []), ...(plan.perPrompt < samples ? [creditBefore] : [])];
  const whole = partly.find(({ needs = [] }) => needs.includes("value_BT") && needs.includes("score_B"));
  if (whole)
    fail(where, `credit ${whole.name} needs the score of every sample, and scoring is limited`, "Leave out one.");
  const reference = needs.reference ? tempered(frozen!, temperature) : undefined;
  const drawing = { policy, reference, prompts, score, plan, missingEndPenalty, guidance, credit, creditBefore };
  const following = { onSamples, onProgress, signal };
  const own = {
    ...drawing,
    ...following,
    samples,
    batchSize,
    sampling,
    passSize: microBatchSize,
    attending: needs.attention ? attending : undefined,
    readsFeatures: relearned !== undefined || needs.value,
    needsBehavior: needs.behaviorLogProbability,
    needsReference: needs.referenceLogProbability,
  };
  const valueHead = needs.value
    ? await createValueHead(policy, prompts[0].ids, { hidden, rng: rng.split("value head") })
    : undefined;
  const steps = { policy, reference, valueHead, fields: needs.fields, samples, passes, minibatches, microBatchSize };
  let measures: () => Record<string, number> = () => ({});

  try {
    return yield* trainingLoop(where, {
      variables: valueHead ? withHead(variables, valueHead.variables, headRate) : variables,
      async batches(step, stream, countCompletions) {
        const indices = promptsOf(step, batchSize, prompts.length, rng);
        const drawing = { step, rng: stream, countCompletions };
        const update = await creditedSamples(where, { ...own, valueHead }, indices, drawing);
        const weight = adaptive?.weight(step); // which the update moves
        measures = () => ({
          ...update.measures(),
          ...(scoring && { scored: plan.total(step) }),
          ...(weight !== undefined && { "kl weight": weight }),
        });
        return sampleSteps(update, steps, stream);
      },
      sampled: () => measures(),
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
        ...(temperature !== 1 && { atSamplingTemperature: true }),
        scoring,
        missingEndPenalty,
        credit,
        valueHead: valueHead && { hidden, learningRate: headRate },
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
        ...(valueHead && { valueHead: partOf(valueHead) }),
      },
    });
  } finally {
    guidance?.dispose();
    valueHead?.dispose();
  }
}

/** The optimizer's variables with those of the value head as a group of their own. */
const withHead = (
  variables: NonNullable<SampleTraining["variables"]>,
  head: readonly tf.Variable[],
  learningRate?: number | Schedule,
): ParameterGroup[] => [
  { variables: variables.flatMap(entry => (entry instanceof tf.Variable ? [entry] : [])) },
  ...variables.flatMap(entry => (entry instanceof tf.Variable ? [] : [entry])),
  { variables: head, ...(learningRate !== undefined && { learningRate }) },
];

/** What a value head has beside its variables, which are the optimizer's. */
const partOf = ({ saved, restore }: ValueHead): TrainingPart => ({
  save: () => ({ state: {}, tensors: saved() }),
  restore: ({ tensors }) => restore(tensors),
});

const described = ({ preferences }: SampleGuidanceTraining) =>
  preferences && { name: preferences.name, ...preferences.settings };
