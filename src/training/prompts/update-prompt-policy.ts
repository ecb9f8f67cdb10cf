// One LM update: sample prompts, let the guidance pay their tokens, step down the sum of the objectives.

import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer } from "../../backend/adamw";
import { negativeEntropies } from "../../backend/entropy";
import { fail } from "../../core/errors";
import type { Rng } from "../../core/random";
import { tidy } from "../../core/tidy";
import { samplePrompts } from "../../generation/sample-prompts";
import type { LearnedGuidance } from "../../guidance/learn";
import type { Objective } from "../../objectives/objective";
import { checkNames, evaluateTerms } from "../../objectives/terms";
import { type PromptPolicy, promptFeatures, promptIds, promptStates, promptText } from "../../policies/prompt-policy";
import { diverged } from "../diverged";

export interface PromptUpdate {
  policy: PromptPolicy;
  optimizer: Optimizer;
  guidance: LearnedGuidance;
  objectives: readonly Objective[];
  /** Prompts sampled for the update, and the optimizer steps that share them, each on its part; these default to 1. */
  samples: number;
  minibatches?: number;
  /** The unit of rewards: the guidance's own spread, or 1 (the paper's). */
  rewardUnit: "std" | "one";
  /** Where the objectives' schedules stand. */
  step: number;
  rng: Rng;
  /** The run's folder: a batch whose loss is not a number is written there. Default: nowhere. */
  folder?: string;
}

/**
 * What one update measured: mean token reward of its samples, lowest entropy (nats a token) of its minibatches, the rest on the last
 * of them. `terms` are the objectives' values, unweighted.
 */
export interface UpdateReport {
  loss: number;
  terms: Record<string, number>;
  reward: number;
  entropy: number;
  gradientNorm: number;
}

/**
 * Updates the adaptor once. Errors: an objective that learns from other responses than samples; none, or two of one name; a loss or
 * gradient that is not a number, with its terms. The policy is then as the step before left it.
 */
export function updatePromptPolicy(update: PromptUpdate): UpdateReport {
  const { policy, guidance, objectives, samples, minibatches = 1, rng } = update;
  const astray = objectives.find(({ on }) => on !== "samples");
  if (astray)
    fail(
      "updatePromptPolicy",
      `objective ${astray.name} learns from ${astray.on}`,
      "Prompt generation has samples only.",
    );
  checkNames("updatePromptPolicy", objectives, ["loss", "reward", "entropy"]);
  const prompts = samplePrompts(policy, samples, rng);
  return tidy(() => {
    const raw_BT = guidance.rewards(promptFeatures(policy, prompts));
    const states_BTD = promptStates(policy, prompts);
    const unit = update.rewardUnit === "std" ? guidance.std : 1;
    const size = Math.ceil(samples / minibatches);
    const reports = Array.from({ length: Math.ceil(samples / size) }, (_, i) => {
      const [from, rows] = [i * size, Math.min(size, samples - i * size)];
      const states = tf.slice(states_BTD, [from, 0, 0], [rows, -1, -1]) as tf.Tensor3D;
      const reward_BT = tf.div(tf.slice(raw_BT, [from, 0], [rows, -1]), unit) as tf.Tensor2D;
      return minimizeOn(update, prompts.slice(from, from + rows), states, reward_BT);
    });
    const last = reports[reports.length - 1];
    return {
      ...last,
      reward: tf.mean(raw_BT).dataSync()[0],
      entropy: Math.min(...reports.map(({ entropy }) => entropy)),
    };
  });
}

/** One step of the optimizer on a minibatch. */
function minimizeOn(
  { policy, optimizer, objectives, step, folder }: PromptUpdate,
  prompts: number[][],
  states_BTD: tf.Tensor3D,
  reward_BT: tf.Tensor2D,
): Omit<UpdateReport, "reward"> {
  return tidy(() => {
    const [B, T, A] = [prompts.length, policy.promptTokens, policy.candidates.length];
    const states_ND = tf.reshape(states_BTD, [B * T, policy.frozen.width]) as tf.Tensor2D;
    const fixed = {
      ids_BT: tf.tensor2d(prompts, [B, T], "int32"),
      mask_BT: tf.ones([B, T]) as tf.Tensor2D,
      reward_BT,
      referenceLogits_BTV: tf.reshape(policy.referenceLogits(states_ND), [B, T, A]) as tf.Tensor3D,
    };
    const measured: Record<string, tf.Scalar> = {};
    const { loss, gradientNorm, applied } = optimizer.minimize(() => {
      const logits_BTV = tf.reshape(policy.logits(states_ND), [B, T, A]) as tf.Tensor3D;
      measured.entropy = tf.keep(entropy(logits_BTV));
      const { loss, terms } = evaluateTerms(objectives, { samples: { ...fixed, logits_BTV } }, step);
      for (const [name, term] of Object.entries(terms)) measured[name] = tf.keep(term.clone());
      return loss;
    });
    const values = Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, value.dataSync()[0]]));
    tf.dispose(measured);
    const { entropy: entropyNow, ...terms } = values;
    const batch = () => prompts.map(prompt => ({ ids: promptIds(policy, prompt), text: promptText(policy, prompt) }));
    if (!applied) diverged("updatePromptPolicy", { folder, step, loss, gradientNorm, terms, batch: batch() });
    return { loss, terms, entropy: entropyNow, gradientNorm };
  });
}

/** Mean entropy of the next-token distributions, in nats; no gradient. */
function entropy(logits_BTV: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(negativeEntropies(logits_BTV))) as tf.Scalar);
}
