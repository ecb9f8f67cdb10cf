import assert from "node:assert/strict";
import { test } from "node:test";
import { distinct, repeatedShare } from "../../src/metrics/diversity";

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

test("the share of runs that stood in the text before", () => {
  assert.equal(repeatedShare(["a", "b", "a", "b"], 2), 1 / 3); // ab, ba, ab
  assert.equal(repeatedShare([1, 1, 1, 1, 1], 1), 0.8);
  assert.equal(repeatedShare([1, 2, 12, 1, 21, 2], 2), 0); // 1 2, 2 12, 12 1: the numbers stay apart
  assert.equal(repeatedShare([1, 1, 1], 4), 0);
});
