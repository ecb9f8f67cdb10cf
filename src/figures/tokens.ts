// Texts whose tokens have rewards, as figures show them.

import type { ColumnTable } from "arquero";
import { fail } from "../core/errors";
import { requireColumns } from "./columns";

/** A text with a reward for each of its tokens. */
export interface RewardedTokens {
  tokens: readonly string[];
  /** One for each token; null for a token without a reward, such as a prompt's. */
  rewards: ArrayLike<number | null>;
  /** Text at the left of the row. Default: the number of the row, from 1. */
  label?: string;
}

/**
 * The texts of a list, or of a table with columns `tokens` and `rewards`, whose labels are the column `label`, else
 * `reward` or `score` to two digits.
 *
 * Errors: a missing column; no texts; a text whose tokens and rewards differ in number.
 */
export function rewardedTokens(
  where: string,
  given: readonly RewardedTokens[] | ColumnTable,
): readonly RewardedTokens[] {
  const texts = "numRows" in given ? textsOfTable(where, given) : given;
  if (texts.length === 0) fail(where, "there are no texts", "Give at least one.");
  for (const [i, { tokens, rewards }] of texts.entries())
    if (tokens.length !== rewards.length)
      fail(where, `text ${i} has ${tokens.length} tokens and ${rewards.length} rewards`, "Give one reward a token.");
  return texts;
}

function textsOfTable(where: string, table: ColumnTable): RewardedTokens[] {
  requireColumns(where, table, ["tokens", "rewards"]);
  const rows = table.objects() as Record<string, any>[];
  return rows.map(row => ({ tokens: row.tokens, rewards: row.rewards, label: labelOf(row) }));
}

function labelOf({ label, reward, score }: Record<string, any>): string | undefined {
  const number = reward ?? score;
  return label?.toString() ?? (Number.isFinite(number) ? number.toFixed(2) : undefined);
}

/** A token with symbols for its outer spaces, its line breaks and its tabs. */
export const visibleToken = (token: string): string =>
  token
    .replace(/^ +| +$/g, spaces => "␣".repeat(spaces.length))
    .replaceAll("\n", "⏎")
    .replaceAll("\t", "⇥");
