import assert from "node:assert/strict";
import { test } from "node:test";
import { meanInterval } from "../../src/core/mean-interval";
import { spread } from "../../src/figures/spread";

test("range, standard deviation and confidence interval of runs", () => {
  assert.deepEqual(spread([1, 2, 6], "range"), { mean: 3, low: 1, high: 6 });
  assert.deepEqual(spread([1, 3, 5], "std"), { mean: 3, low: 1, high: 5 });
  assert.deepEqual(spread([4], "std"), { mean: 4, low: 4, high: 4 });
  assert.deepEqual(spread([1, 3, 5], "confidence"), meanInterval([1, 3, 5]));
});
