import assert from "node:assert/strict";
import { test } from "node:test";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { scaled, weightAt } from "../../src/objectives/objective";

test("weights multiply, whether numbers or schedules", () => {
  const half = scaled(0.5, negativeEntropy());
  assert.equal(half.weight, 0.5);
  assert.equal(weightAt(scaled(0.5, half), 9), 0.25);
  assert.equal(
    weightAt(
      scaled(step => step, half),
      6,
    ),
    3,
  );
});

test("an objective prints as its options", () => {
  assert.equal(
    JSON.stringify(scaled(0.125, negativeEntropy())),
    '{"name":"negativeEntropy","on":"samples","reduction":"tokens","weight":0.125}',
  );
});
