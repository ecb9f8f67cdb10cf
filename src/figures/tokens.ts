// Texts whose tokens have rewards, as figures show them.

import { fail } from "../core/errors";

/** A text with a reward for each of its tokens. */
export interface RewardedTokens {
  tokens: readonly string[];
  /** One for each token; null for a token without a reward, such as a prompt's. */
  rewards: ArrayLike<number | null>;
  /** Text at the left of the row. Default: the number of the row, from 1. */
  label?: string;
}

/** Errors: no texts; a text whose tokens and rewards differ in number. */
export function checkTexts(where: string, texts: readonly RewardedTokens[]): void {
  if (texts.length === 0) fail(where, "there are no texts", "Give at least one.");
  for (const [i, { tokens, rewards }] of texts.entries())
    if (tokens.length !== rewards.length)
      fail(where, `text ${i} has ${tokens.length} tokens and ${rewards.length} rewards`, "Give one reward a token.");
}

/** A token with symbols for its outer spaces, its line breaks and its tabs. */
export const visibleToken = (token: string): string =>
  token
    .replace(/^ +| +$/g, spaces => "␣".repeat(spaces.length))
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥");
