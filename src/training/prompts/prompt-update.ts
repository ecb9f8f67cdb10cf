// One update of a prompt policy: fresh samples, the guidance's rewards of their tokens, and the batches of its
// optimizer steps.

import * as tf from "@tensorflow/tfjs-core";
import { negativeEntropies } from "../../backend/entropy";
import type { Rng } from "../../core/random";
import { tidy } from "../../core/tidy";
import { samplePrompts } from "../../generation/sample-prompts";
import type { LearnedGuidance } from "../../guidance/learn";
import { type PromptPolicy, promptFeatures, promptIds, promptStates, promptText } from "../../policies/prompt-policy";
import type { MicroBatch } from "../optimizer-step";

export interface PromptUpdate {
  policy: PromptPolicy;
  guidance: LearnedGuidance;
  /** Prompts sampled for the update. */
  samples: number;
  /** Optimizer steps that share them, each on its part. Default 1. */
  minibatches?: number;
  /** The unit of rewards: the guidance's own std, or 1 (the paper's). */
  rewardUnit: "std" | "one";
  rng: Rng;
}

/**
 * The batches of samples of an update, one optimizer step each. Measured beside the objectives: `reward`, the mean
 * token reward of all samples, and `entropy`, the lowest of the minibatches' mean entropies before their steps, in
 * nats a token.
 */
export function promptUpdate(update: PromptUpdate): MicroBatch[][] {
  const { policy, guidance, samples, minibatches = 1, rng } = update;
  const prompts = samplePrompts(policy, samples, rng);
  const { raw_BT, states_BTD, reward } = tidy(() => {
    const raw_BT = guidance.rewards(promptFeatures(policy, prompts));
    return { raw_BT, states_BTD: promptStates(policy, prompts), reward: tf.mean(raw_BT) as tf.Scalar };
  });
  const unit = update.rewardUnit === "std" ? guidance.std : 1;
  const size = Math.ceil(samples / minibatches);
  let lowest: tf.Scalar | undefined;
  const steps = Array.from({ length: Math.ceil(samples / size) }, (_, i): MicroBatch[] => {
    const [from, rows] = [i * size, Math.min(size, samples - i * size)];
    const own = prompts.slice(from, from + rows);
    const [B, T, A] = [rows, policy.promptTokens, policy.candidates.length];
    return [
      {
        batches() {
          const part_BTD = tf.slice(states_BTD, [from, 0, 0], [rows, -1, -1]);
          const states_ND = tf.reshape(part_BTD, [B * T, policy.frozen.width]) as tf.Tensor2D;
          const reward_BT = tf.div(tf.slice(raw_BT, [from, 0], [rows, -1]), unit) as tf.Tensor2D;
          return {
            samples: {
              ids_BT: tf.tensor2d(own, [B, T], "int32"),
              mask_BT: tf.ones([B, T]) as tf.Tensor2D,
              reward_BT,
              referenceLogits_BTV: tf.reshape(policy.referenceLogits(states_ND), [B, T, A]) as tf.Tensor3D,
              logits_BTV: tf.reshape(policy.logits(states_ND), [B, T, A]) as tf.Tensor3D,
            },
          };
        },
        measure({ samples }) {
          const entropy = tf.tidy(() => tf.neg(tf.mean(negativeEntropies(samples!.logits_BTV))) as tf.Scalar);
          const before = lowest;
          lowest = tf.keep(before ? (tf.minimum(before, entropy) as tf.Scalar) : tf.clone(entropy));
          before?.dispose();
          return { reward, entropy: lowest };
        },
        source: own.map(prompt => ({ ids: promptIds(policy, prompt), text: promptText(policy, prompt) })),
      },
    ];
  });
  steps[0][0].dispose = () => tf.dispose([raw_BT, states_BTD, reward, ...(lowest ? [lowest] : [])]);
  return steps;
}
