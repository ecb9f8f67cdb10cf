// The ways to give credit that are compared on text.

import { mixture, rewardToGo, standardized } from "../../src/credit/combined";
import type { Credit } from "../../src/credit/credit";
import { sequenceReward, tokenReward } from "../../src/credit/learned";
import { groupAdvantage } from "../../src/credit/scored";

export interface CreditMethod {
  /** Token rewards: none, learned from the samples that training has scored, or what each token adds to the score. */
  rewards: "none" | "learned" | "oracle";
  credit: Credit;
}

const token = standardized(tokenReward());
/** Two credits of std 1 with equal shares; of independent ones the sum has std 1 again. */
const withGroup = mixture([
  [Math.SQRT1_2, token],
  [Math.SQRT1_2, groupAdvantage()],
]);

/**
 * `group` is GRPO's advantage; `token`, `sequence` and `both` learn token rewards on the way; the oracles know them.
 */
export const creditMethods = {
  group: { rewards: "none", credit: groupAdvantage() },
  token: { rewards: "learned", credit: token },
  "token to go": { rewards: "learned", credit: standardized(rewardToGo()) },
  both: { rewards: "learned", credit: withGroup },
  sequence: { rewards: "learned", credit: standardized(sequenceReward()) },
  oracle: { rewards: "oracle", credit: token },
  "oracle to go": { rewards: "oracle", credit: standardized(rewardToGo()) },
} as const satisfies Record<string, CreditMethod>;

/** A method by its name. */
export type CreditMethodName = keyof typeof creditMethods;
