import assert from "node:assert/strict";
import { test } from "node:test";
import { reduceOnPlateau } from "../../src/core/plateau";

test("the rate falls after more than `patience` looks without a better value, down to its minimum", () => {
  const plateau = reduceOnPlateau(1, { factor: 0.5, patience: 1, min: 0.3 });
  const rates = [1, 2, 2, 1, 3, Number.NaN, 3, 3, 3, 3].map(value => {
    plateau.step(value);
    return plateau.rate();
  });
  assert.deepEqual(rates, [1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3]);
  const lower = reduceOnPlateau(0.1, { patience: 0, min: 0.3 });
  for (const value of [1, 1]) lower.step(value);
  assert.equal(lower.rate(), 0.1);
});
