import assert from "node:assert/strict";
import { test } from "node:test";
import { fail } from "../../src/core/errors";

test("an error says where, what was found and what to do, and keeps its cause", () => {
  const cause = new Error("underneath");
  assert.throws(() => fail("reader", "line 3 is empty", "Remove it.", cause), {
    message: "reader: line 3 is empty. Remove it.",
    cause,
  });
});
