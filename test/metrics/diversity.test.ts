import assert from "node:assert/strict";
import { test } from "node:test";
import { distinct } from "../../src/metrics/diversity";

test("different runs of n words over all runs, texts together", () => {
  const texts = [["a", "b", "a", "b"], ["a", "b"], ["c"], []];
  assert.equal(distinct(texts, 1), 3 / 7);
  assert.equal(distinct(texts, 2), 2 / 4); // a-b, b-a; none goes from one text into the next
  assert.ok(Number.isNaN(distinct([["a"]], 2)));
  assert.equal(
    distinct(
      [
        ["a b", "c"],
        ["a", "b c"],
      ],
      2,
    ),
    1,
  );
  assert.throws(() => distinct(texts, 0), /distinct: n is 0/);
  const whole = [["a"], "a b"] as unknown as string[][];
  assert.throws(() => distinct(whole, 1), /distinct: text 1 is not a list of words\. Split texts into words/);
});
