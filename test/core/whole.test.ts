import assert from "node:assert/strict";
import { test } from "node:test";
import { needWhole } from "../../src/core/whole";

test("whole numbers from the least on pass; the first that is none is named", () => {
  needWhole("train", { steps: 1, rows: Number.MAX_SAFE_INTEGER });
  needWhole("train", { from: 0 }, 0);
  for (const steps of [0, -1, 2.5, Number.NaN, Infinity, undefined as unknown as number])
    assert.throws(() => needWhole("train", { rows: 3, steps }), {
      message: `train: steps is ${steps}. Give a whole number, 1 or more.`,
    });
  assert.throws(() => needWhole("train", { listSize: 1 }, 2), /listSize is 1\. Give a whole number, 2 or more\./);
});
