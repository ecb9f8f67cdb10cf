import { accuracy } from "../../src/metrics/classification";
import { gapScore } from "../../src/preferences/score";
import { caseByCase, compare, numbers } from "./checker";

/**
 * Score and accuracy of the prompt task. Where the authors' masking of the label by its value differs, by_index is
 * expected.
 */
export const checkTaskReward = caseByCase((testCase, outcome) => {
  const { id, labels, class_probs, incorrect_coeff: incorrect, correct_coeff: correct, by_index } = testCase;
  const expected = { ...testCase, ...by_index };
  const prompts = (class_probs as unknown[][][]).map(rows => rows.map(row => numbers(row)));
  compare(
    outcome,
    `${id} reward`,
    prompts.map(rows => gapScore(rows, labels, { correct, incorrect })),
    expected.reward,
  );
  compare(
    outcome,
    `${id} accuracy`,
    prompts.map(rows => accuracy(rows, labels)),
    expected.accuracy,
  );
});
