import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { warn } from "../../src/core/warn";

test("a warning reads like an error and stops nothing", async () => {
  const warned = once(process, "warning");
  warn("fromPairs", "2 rows are odd", "Drop them.");
  const [warning] = await warned;
  assert.deepEqual([warning.name, warning.message], ["TokenwiseWarning", "fromPairs: 2 rows are odd. Drop them."]);
});
