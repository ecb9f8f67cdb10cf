// Methods side by side, as a table.

import * as aq from "arquero";
import { mean } from "../core/mean";

/** What one method found, at what price. */
export interface MethodResult {
  method: string;
  /** Prompts scored during the search; undefined for prompts that nobody searched for. */
  evaluations?: number;
  /** Mean score of the policy's own samples after the search, on the search examples. */
  policyScore?: number;
  /** Best score on the search examples. */
  bestScore?: number;
  /** Score and accuracy on the test of each prompt that the method hands in. */
  tested: readonly { score: number; accuracy: number }[];
}

/** One row a method: test score and accuracy as means over its prompts, with the lowest and highest accuracy beside them. */
export function methodTable(results: readonly MethodResult[]): aq.ColumnTable {
  return aq.from(
    results.map(({ method, evaluations, policyScore, bestScore, tested }) => {
      const accuracies = tested.map(({ accuracy }) => accuracy);
      return {
        method,
        evaluations,
        "policy score": rounded(policyScore, 1),
        "best score": rounded(bestScore, 1),
        prompts: tested.length,
        "test score": rounded(mean(tested.map(({ score }) => score)), 1),
        "test accuracy": rounded(mean(accuracies), 3),
        lowest: rounded(Math.min(...accuracies), 3),
        highest: rounded(Math.max(...accuracies), 3),
      };
    }),
  );
}

const rounded = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : Number(value.toFixed(digits));
