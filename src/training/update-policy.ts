// One LM update: sample prompts, let the guidance pay their tokens, step down the sum of the objectives.

import * as tf from "@tensorflow/tfjs-core";
import type { Optimizer } from "../core/adamw";
import { fail } from "../core/errors";
import type { Rng } from "../core/random";
import { tidy } from "../core/tidy";
import { samplePrompts } from "../generation/sample-prompts";
import type { LearnedGuidance } from "../guidance/learn";
import { type PromptPolicy, promptFeatures, promptStates } from "../models/prompt-policy";
import { type Objective, type TokenBatch, weightAt } from "../objectives/objective";

export interface PolicyUpdate {
  policy: PromptPolicy;
  optimizer: Optimizer;
  guidance: LearnedGuidance;
  objectives: readonly Objective[];
  /** Prompts sampled for the update. */
  samples: number;
  /** The unit of rewards: the guidance's own spread, or 1 (the paper's). */
  rewardUnit: "spread" | "one";
  /** Where the objectives' schedules stand. */
  step: number;
  rng: Rng;
}

/** What one update measured; `terms` are the objectives' values, unweighted. Entropy in nats a token. */
export interface UpdateReport {
  loss: number;
  terms: Record<string, number>;
  reward: number;
  entropy: number;
  gradientNorm: number;
}

/**
 * Updates the adaptor once. Errors: an objective that learns from references (there are none here); two of one name; a loss
 * that is not a number, with its terms. The policy is then as it was before.
 */
export function updatePolicy(update: PolicyUpdate): UpdateReport {
  const { policy, optimizer, guidance, objectives, samples, step, rng } = update;
  const astray = objectives.find(({ on }) => on !== "samples");
  if (astray)
    fail("updatePolicy", `objective ${astray.name} learns from references`, "Prompt generation has samples only.");
  const names = ["loss", "reward", "entropy", ...objectives.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) fail("updatePolicy", `two terms are named "${twice}"`, "Give each its own name: { ...objective, name }.");
  const prompts = samplePrompts(policy, samples, rng);
  return tidy(() => {
    const [B, T, A] = [samples, policy.promptTokens, policy.candidates.length];
    const states_ND = tf.reshape(promptStates(policy, prompts), [B * T, policy.frozen.width]) as tf.Tensor2D;
    const raw_BT = guidance.rewards(promptFeatures(policy, prompts));
    const fixed = {
      ids_BT: tf.tensor2d(prompts, [B, T], "int32"),
      mask_BT: tf.ones([B, T]) as tf.Tensor2D,
      reward_BT: tf.div(raw_BT, update.rewardUnit === "spread" ? guidance.spread : 1) as tf.Tensor2D,
      referenceLogits_BTV: tf.reshape(policy.referenceLogits(states_ND), [B, T, A]) as tf.Tensor3D,
    };
    const measured: Record<string, tf.Scalar> = {};
    const { loss, gradientNorm } = optimizer.minimize(() => {
      const logits_BTV = tf.reshape(policy.logits(states_ND), [B, T, A]) as tf.Tensor3D;
      const batch: TokenBatch = { ...fixed, logits_BTV };
      measured.entropy = tf.keep(entropy(logits_BTV));
      const terms = objectives.map(objective => {
        const term = objective.loss(batch);
        measured[objective.name] = tf.keep(term.clone());
        return tf.mul(term, weightAt(objective, step));
      });
      return tf.addN(terms) as tf.Scalar;
    });
    const values = Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, value.dataSync()[0]]));
    tf.dispose(measured);
    const { entropy: entropyNow, ...terms } = values;
    if (!Number.isFinite(loss))
      fail(
        "updatePolicy",
        `the loss is ${loss} at step ${step} (${JSON.stringify(terms)})`,
        "Lower the learning rate or the weights.",
      );
    return { loss, terms, reward: tf.mean(raw_BT).dataSync()[0], entropy: entropyNow, gradientNorm };
  });
}

/** Mean entropy of the next-token distributions, in nats; no gradient. */
function entropy(logits_BTV: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => {
    const logProbability = tf.logSoftmax(logits_BTV);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(logProbability), logProbability), -1))) as tf.Scalar;
  });
}
