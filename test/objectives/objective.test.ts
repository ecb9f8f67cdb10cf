import assert from "node:assert/strict";
import { test } from "node:test";
import { mle } from "../../src/objectives/mle";
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

test("a weight that is not finite is refused by the objective's name and step", () => {
  const weight = (step: number) => (step < 2 ? 0.5 : Number.NaN);
  assert.equal(weightAt(scaled(weight, mle()), 1), 0.5);
  assert.throws(() => weightAt(scaled(weight, mle()), 2), /mle: its weight at step 2 is NaN\. Give a finite number/);
  assert.throws(() => weightAt(scaled(Infinity, mle()), 0), /mle: its weight at step 0 is Infinity/);
});
