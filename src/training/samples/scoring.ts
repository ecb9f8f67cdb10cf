// Which samples of an update are scored: all, or where scores are scarce some of them.

import { fail } from "../../core/errors";
import { type Checks, fields, integer, orInfinity } from "../../core/options";

/**
 * Limits how many samples are scored. The others have their tokens rewarded by the guidance alone: `score` is not
 * called for them, guidance does not learn from them, and a credit from scores is 0 for them.
 */
export interface Scoring {
  /** Samples of each prompt that are scored, the first ones. Default: all. */
  perPrompt?: number;
  /**
   * Samples that are scored in the whole training, such as 256 labels. An update whose samples are more than what is
   * left of it scores none, and so do all later ones. Default Infinity.
   */
  budget?: number;
}

export const scoringCheck = fields<Scoring>({
  perPrompt: integer(1),
  budget: orInfinity(integer(0)),
} satisfies Checks<Scoring>);

/** Scores of each update. */
export interface ScoringPlan {
  /** Samples of a prompt that are scored while scores last. */
  perPrompt: number;
  /** The update from which on nothing is scored. */
  until: number;
  /** Samples scored up to update `step` and with it. */
  total(step: number): number;
}

/** Errors: more scored samples of a prompt than there are samples. */
export function scoringPlan(
  where: string,
  { perPrompt, budget = Infinity }: Scoring,
  { samples, batchSize }: { samples: number; batchSize: number },
): ScoringPlan {
  const each = perPrompt ?? samples;
  if (each > samples) fail(where, `scoring.perPrompt is ${each} of ${samples} samples`, "Give at most `samples`.");
  const until = Math.floor(budget / (each * batchSize));
  return { perPrompt: each, until, total: step => Math.min(step + 1, until) * each * batchSize };
}
