// Controls: other pay for a reference's tokens than the learned rewards, to see what of an effect the guidance itself explains. Each is
// a value for `pay` of `trainWithReferences`' guidance.

import { mean } from "../core/mean";
import type { Rng } from "../core/random";
import type { Tokenizer } from "../text/tokenizer";

/** Gets a reference's tokens and rewards, returns as many numbers. */
export type RewardTransform = (tokens: readonly number[], rewards: readonly number[], rng: Rng) => readonly number[];

/** The rewards of a reference, dealt to its tokens at random: the same spread of weights, without what the guidance says about tokens. */
export const shuffledRewards: RewardTransform = (_, rewards, rng) => rng.shuffled(rewards);

/** Only the closing tokens keep their rewards; the others get the mean of theirs. */
export const keepFinalTokens =
  (closing: ReadonlySet<number>): RewardTransform =>
  (tokens, rewards) => {
    const start = closingStart(tokens, closing);
    const others = mean(rewards.slice(0, start));
    return rewards.map((reward, t) => (t < start ? others : reward));
  };

/** All but the closing tokens keep their rewards; those get the mean of the others. */
export const maskFinalTokens =
  (closing: ReadonlySet<number>): RewardTransform =>
  (tokens, rewards) => {
    const start = closingStart(tokens, closing);
    const others = mean(start > 0 ? rewards.slice(0, start) : rewards);
    return rewards.map((reward, t) => (t < start ? reward : others));
  };

/** The tokens that close a summary: full stops and their like, and the end tokens. */
export function finalTokens(tokenizer: Tokenizer, endTokens: readonly number[]): Set<number> {
  const closing = new Set(endTokens);
  for (let id = 0; id < tokenizer.vocabularySize; id++)
    if (/^\s*[.!?]+["')\]”’]*\s*$/.test(tokenizer.token(id))) closing.add(id);
  return closing;
}

/** Where the closing tokens at the end of a reference begin. */
function closingStart(tokens: readonly number[], closing: ReadonlySet<number>): number {
  let start = tokens.length;
  while (start > 0 && closing.has(tokens[start - 1])) start--;
  return start;
}
