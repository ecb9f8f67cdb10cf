import assert from "node:assert/strict";
import { test } from "node:test";
import { methodTable } from "../../src/evaluation/compare";

test("a row a method: means over its prompts, rounded, with the lowest and highest accuracy; gaps stay empty", () => {
  const table = methodTable([
    {
      method: "guided",
      evaluations: 704,
      policyScore: 61.26,
      bestScore: 90.449,
      tested: [
        { score: 80, accuracy: 0.9 },
        { score: 70.36, accuracy: 0.8004 },
      ],
    },
    { method: "no prompt", tested: [{ score: -3.14, accuracy: 0.5 }] },
  ]);
  assert.deepEqual(table.objects(), [
    {
      method: "guided",
      evaluations: 704,
      "policy score": 61.3,
      "best score": 90.4,
      prompts: 2,
      "test score": 75.2,
      "test accuracy": 0.85,
      lowest: 0.8,
      highest: 0.9,
    },
    {
      method: "no prompt",
      evaluations: undefined,
      "policy score": undefined,
      "best score": undefined,
      prompts: 1,
      "test score": -3.1,
      "test accuracy": 0.5,
      lowest: 0.5,
      highest: 0.5,
    },
  ]);
});
