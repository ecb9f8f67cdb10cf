// Controls: other rewards for a reference's tokens than the learned ones, to see how much of an effect the guidance
// itself explains. Each is a value for `transform` of `trainWithReferences`' guidance.

import * as tf from "@tensorflow/tfjs-core";
import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import type { EncodedExamples } from "../policies/response-policy";
import type { Tokenizer } from "../text/tokenizer";

/** Gets a reference's tokens and rewards, returns as many numbers. */
export type RewardTransform = (tokens: readonly number[], rewards: readonly number[], rng: Rng) => readonly number[];

/**
 * The rewards of a reference, shuffled among its tokens: the same distribution of weights, without what the guidance
 * says about tokens.
 */
export const shuffledRewards: RewardTransform = (_, rewards, rng) => rng.shuffled(rewards);

/** Only the final tokens keep their rewards; the others get the mean of theirs. */
export const keepFinalTokens =
  (finals: ReadonlySet<number>): RewardTransform =>
  (tokens, rewards) => {
    const start = finalStart(tokens, finals);
    const others = mean(rewards.slice(0, start));
    return rewards.map((reward, t) => (t < start ? others : reward));
  };

/** All but the final tokens keep their rewards; those get the mean of the others. */
export const maskFinalTokens =
  (finals: ReadonlySet<number>): RewardTransform =>
  (tokens, rewards) => {
    const start = finalStart(tokens, finals);
    const others = mean(start > 0 ? rewards.slice(0, start) : rewards);
    return rewards.map((reward, t) => (t < start ? reward : others));
  };

/** The tokens that may end a text: full stops and their like, and the end tokens. */
export function finalTokens(tokenizer: Tokenizer, endTokens: readonly number[]): Set<number> {
  const finals = new Set(endTokens);
  for (let id = 0; id < tokenizer.vocabularySize; id++)
    if (/^\s*[.!?]+["')\]”’]*\s*$/.test(tokenizer.token(id))) finals.add(id);
  return finals;
}

/** The index at which the final tokens at the end of a reference begin. */
function finalStart(tokens: readonly number[], finals: ReadonlySet<number>): number {
  let start = tokens.length;
  while (start > 0 && finals.has(tokens[start - 1])) start--;
  return start;
}

/** What a transform makes of a batch's rewards [B, T], each row with a stream of its own; 0 at padding. */
export function transformed(
  transform: RewardTransform,
  { examples }: EncodedExamples,
  indices: readonly number[],
  reward_BT: tf.Tensor2D,
  rngs: readonly Rng[],
): tf.Tensor2D {
  const [B, T] = reward_BT.shape;
  const [rewards, out] = [reward_BT.dataSync(), new Float32Array(B * T)];
  for (const [b, index] of indices.entries()) {
    const { response } = examples[index];
    out.set(transform(response, [...rewards.subarray(b * T, b * T + response.length)], rngs[b]), b * T);
  }
  return tf.tensor2d(out, [B, T]);
}
