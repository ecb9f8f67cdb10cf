// Prompts sampled token by token from the policy's distribution over its candidates.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "../core/errors";
import { checkOptions, integer, randomness, required } from "../core/options";
import type { Rng } from "../core/random";
import { read } from "../core/tidy";
import { type PromptPolicy, promptIds } from "../policies/prompt-policy";

/**
 * `count` prompts as rows of actions, repeats possible. Errors: a count that is not a whole number; a policy that has
 * diverged.
 */
export function samplePrompts(policy: PromptPolicy, count: number, rng: Rng): number[][] {
  checkOptions("samplePrompts", { count, rng }, { count: required(integer(0)), rng: required(randomness) });
  const prompts: number[][] = Array.from({ length: count }, () => []);
  const { frozen, candidates } = policy;
  for (let t = 0; t < policy.promptTokens; t++) {
    const states = frozen.after(prompts.map(prompt => promptIds(policy, prompt)));
    const probabilities = read(() => {
      const states_BD = tf.stack(states.map(state => tf.tensor1d(state))) as tf.Tensor2D;
      return tf.softmax(policy.logits(states_BD));
    });
    if (probabilities.some(Number.isNaN))
      fail("samplePrompts", "the policy's probabilities are not numbers", "Train it again at a lower learning rate.");
    const A = candidates.length;
    for (const [b, prompt] of prompts.entries())
      prompt.push(rng.categorical(probabilities.subarray(b * A, (b + 1) * A)));
  }
  return prompts;
}

/**
 * `count` distinct prompts that are not in `seen`, which is extended by them. A policy that has nearly converged may
 * give fewer: sampling stops after `tries` batches.
 */
export function sampleFreshPrompts(
  policy: PromptPolicy,
  count: number,
  seen: Set<string>,
  rng: Rng,
  tries = 12,
): number[][] {
  checkOptions("sampleFreshPrompts", { count, tries }, { count: required(integer(0)), tries: required(integer(1)) });
  const fresh: number[][] = [];
  for (let i = 0; i < tries && fresh.length < count; i++)
    for (const prompt of samplePrompts(policy, count, rng)) {
      if (fresh.length === count || seen.has(prompt.join())) continue;
      seen.add(prompt.join());
      fresh.push(prompt);
    }
  return fresh;
}
