import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { groupedBy, requireColumns } from "../../src/figures/columns";

test("a column that is not there is named, with those that are", () => {
  const table = aq.table({ step: [1], value: [2] });
  requireColumns("plot", table, ["value", "step"]);
  assert.throws(() => requireColumns("plot", table, ["step", "name"]), /plot: .*"name".*step, value/);
});

test("groups keep the order of first appearance, and their rows theirs", () => {
  const groups = groupedBy([3, 1, 5, 2, 4], x => x % 2);
  assert.deepEqual(
    [...groups],
    [
      [1, [3, 1, 5]],
      [0, [2, 4]],
    ],
  );
});
