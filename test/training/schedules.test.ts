import assert from "node:assert/strict";
import { test } from "node:test";
import { geometric } from "../../src/training/schedules";

test("geometric: equal ratios between the ends, the last value after them", () => {
  const weight = geometric(0.8, 0.1, 4);
  for (const [step, expected] of [0.8, 0.4, 0.2, 0.1, 0.1, 0.1].entries())
    assert.ok(Math.abs(weight(step) - expected) < 1e-12, `step ${step}: ${weight(step)}`);
  assert.equal(geometric(2, 3, 1)(0), 2);
});
