import assert from "node:assert/strict";
import { test } from "node:test";
import { mean } from "../../src/core/mean";

test("mean", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.ok(Number.isNaN(mean([])));
});
