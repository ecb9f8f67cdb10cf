import assert from "node:assert/strict";
import { test } from "node:test";
import { type Behavior, readBehavior, split } from "../../src/text/split";

test("matches are removed, isolated, joined among themselves or with a neighbour", () => {
  const table: [behavior: Behavior, parts: string[], inverted: string[]][] = [
    ["Removed", ["a", "b"], ["-", "-", "-", "-"]],
    ["Isolated", ["-", "a", "-", "-", "b", "-"], ["-", "a", "-", "-", "b", "-"]],
    ["Contiguous", ["-", "a", "--", "b", "-"], ["-", "a", "--", "b", "-"]],
    ["MergedWithPrevious", ["-", "a-", "-", "b-"], ["-a", "-", "-b", "-"]],
    ["MergedWithNext", ["-a", "-", "-b", "-"], ["-", "a-", "-", "b-"]],
  ];
  const parts = (behavior: Behavior, invert: boolean) =>
    split("-a--b-", /-/g, behavior, invert).map(({ text }) => text);
  for (const [behavior, expected, inverted] of table) {
    assert.deepEqual(parts(behavior, false), expected, behavior);
    assert.deepEqual(parts(behavior, true), inverted, behavior);
  }
  assert.deepEqual(split(" a", / /g, "Removed"), [{ text: "a", start: 1 }]);
  assert.deepEqual(split("", / /g, "Isolated"), []);
});

test("an unknown behavior is named", () => {
  assert.equal(readBehavior("Isolated", "x"), "Isolated");
  assert.throws(() => readBehavior("Odd", "x.json"), /^Error: x\.json: it splits by "Odd"\. Known are Removed, /);
});
