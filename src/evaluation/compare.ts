// Methods that search for prompts, side by side in a table.

import * as aq from "arquero";
import { fail } from "../core/errors";
import { mean } from "../core/mean";
import { atLeast, type Checks, checkOptions, finite, listOf, made, required, text } from "../core/options";

/** The result of one method. */
export interface MethodResult {
  /** Its name. */
  method: string;
  /** Prompts scored during the search. Default: none, for prompts that were not searched for. */
  evaluations?: number;
  /** Mean score of samples of the policy after the search, on the search examples. */
  policyScore?: number;
  /** Best score on the search examples. */
  bestScore?: number;
  /** Score and accuracy (0 to 1) on the test examples, of each prompt that the method selected. */
  tested: readonly { score: number; accuracy: number }[];
}

const resultChecks: Checks<MethodResult> = {
  method: required(text),
  evaluations: atLeast(0),
  policyScore: finite,
  bestScore: finite,
  tested: required(listOf(made("a record with score and accuracy", "score", "accuracy"))),
};

/**
 * A table with one row for each method, and the columns method, evaluations, policy score, best score, prompts (how
 * many were tested), test score and test accuracy (means over these prompts), lowest and highest (accuracy among them).
 * Scores are rounded to one digit, accuracies to three. Values that were not given are undefined.
 *
 * Errors: a field that does not exist or is out of its range; a method without a tested prompt.
 */
export function methodTable(results: readonly MethodResult[]): aq.ColumnTable {
  for (const [i, result] of results.entries()) {
    checkOptions(`methodTable, result ${i}`, result, resultChecks);
    if (result.tested.length === 0)
      fail("methodTable", `${result.method} has no tested prompt`, "Measure at least one by measurePrompts.");
  }
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
