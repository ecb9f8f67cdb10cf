import assert from "node:assert/strict";
import { test } from "node:test";
import { rouge, rougeTokens } from "../../src/metrics/rouge";

const overlap = (precision: number, recall: number) => ({
  precision,
  recall,
  f: precision > 0 ? (2 * precision * recall) / (precision + recall) : 0,
});

test("words are runs of letters and digits, stemmed from four letters on", () => {
  assert.deepEqual(rougeTokens("The runs, RUNNING (3.5%) café was"), ["the", "run", "run", "3", "5", "caf", "was"]);
  assert.deepEqual(rougeTokens("Running runs", { stem: false }), ["running", "runs"]);
});

test("words, pairs and subsequences by hand", () => {
  // Shared words: the, cat, sat, mat, and the second "the". Shared pairs: the-cat, cat-sat, the-mat. Subsequence: the
  // cat sat the mat.
  const scores = rouge("the cat sat by the mat", "the cat sat near to the mat", { stem: false });
  assert.deepEqual(scores.rouge1, overlap(5 / 6, 5 / 7));
  assert.deepEqual(scores.rouge2, overlap(3 / 5, 3 / 6));
  assert.deepEqual(scores.rougeL, overlap(5 / 6, 5 / 7));
});

test("Lsum joins the subsequences of lines, and counts no word twice", () => {
  const { rougeL, rougeLsum } = rouge("c d e\na b", "a b\nc d", { stem: false });
  assert.deepEqual(rougeL, overlap(2 / 5, 2 / 4));
  assert.deepEqual(rougeLsum, overlap(4 / 5, 4 / 4));
  assert.deepEqual(rouge("a", "a b\na c", { stem: false }).rougeLsum, overlap(1, 1 / 4));
});

test("empty texts and texts without Latin letters score 0", () => {
  const zero = { rouge1: overlap(0, 0), rouge2: overlap(0, 0), rougeL: overlap(0, 0), rougeLsum: overlap(0, 0) };
  for (const [prediction, reference] of [
    ["", "a b"],
    ["a b", ""],
    ["", ""],
    ["Привет, мир", "Привет, мир"],
  ])
    assert.deepEqual(rouge(prediction, reference), zero);
  assert.equal(rouge("a", "a").rouge2.f, 0);
});

test("of several references each measure takes the best", () => {
  const references = ["x y z c", "a b q r s t u v", "a b c"];
  const { rouge1, rouge2 } = rouge("a b c", references);
  assert.deepEqual([rouge1.f, rouge2.f], [1, 1]);
  assert.throws(() => rouge("a", []), /rouge: there is no reference. Give at least one/);
  const words = ["a"] as unknown as string;
  assert.throws(() => rouge(words, "a"), /rouge: the prediction is not a text\. Give texts/);
  assert.throws(() => rouge("a", ["a", words]), /rouge: reference 1 is not a text/);
});
