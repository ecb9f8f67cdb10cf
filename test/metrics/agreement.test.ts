import assert from "node:assert/strict";
import { test } from "node:test";
import { pairwiseAgreement, spearman } from "../../src/metrics/agreement";

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test("spearman looks at the order alone", () => {
  near(spearman([1, 2, 3, 4], [1, 10, 100, 1000]), 1);
  near(spearman([1, 2, 3, 4], [0, -1, -20, -21]), -1);
  near(spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), 1 - (6 * 4) / (5 * 24));
});

test("spearman gives ties their mean rank", () => {
  // Ranks 1.5 1.5 3 4 against 1 2 3.5 3.5: Pearson's correlation of these is 4 / 4.5.
  near(spearman([7, 7, 8, 9], [1, 2, 5, 5]), 4 / 4.5);
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3])));
});

test("agreement counts the pairs that truth orders, and half a tie of the scores", () => {
  assert.equal(pairwiseAgreement([1, 2, 3], [1, 3, 2]), 2 / 3);
  assert.equal(pairwiseAgreement([1, 1, 3], [1, 2, 2]), 0.75);
});

test("agreement within lists leaves pairs across lists out", () => {
  assert.equal(pairwiseAgreement([2, 1, 9, 10], [1, 2, 3, 4], { listSize: 2 }), 0.5);
  assert.equal(pairwiseAgreement([2, 1, 9, 10, 8], [1, 2, 3, 4, 5], { starts: [0, 2, 3, 5] }), 0);
  assert.equal(pairwiseAgreement([2, 1, 9, 10, 8], [1, 2, 3, 4, 5], { starts: [0, 0, 5] }), 0.7);
  assert.equal(pairwiseAgreement([2, 1, 9, 10], [1, 2, 3, 4]), 5 / 6);
  assert.throws(() => pairwiseAgreement([1, 2, 3], [1, 2, 3], { listSize: 2 }), /3 rows do not fill lists of 2/);
});

test("a number that is NaN, on either side and in any place, gives NaN", () => {
  for (let i = 0; i < 4; i++) {
    const broken = [1, 2, 3, 4].map((x, j) => (i === j ? Number.NaN : x));
    for (const [a, b] of [
      [broken, [1, 2, 3, 4]],
      [[1, 2, 3, 4], broken],
      [broken, broken],
      [Float32Array.from(broken), Float32Array.of(4, 3, 2, 1)],
    ]) {
      assert.ok(Number.isNaN(spearman(a, b)));
      assert.ok(Number.isNaN(pairwiseAgreement(a, b)));
      assert.ok(Number.isNaN(pairwiseAgreement(a, b, { listSize: 2 })));
    }
  }
  near(spearman([-Infinity, 0, Infinity], [1, 2, 3]), 1);
  near(spearman([Infinity, 0, Infinity, -Infinity], [3, 2, 3, 1]), 1);
  near(pairwiseAgreement([Infinity, Infinity, -Infinity], [2, 1, 0]), 2.5 / 3);
  near(pairwiseAgreement([1, 0, 2], [-Infinity, -Infinity, Infinity]), 1);
});

test("different lengths are named", () => {
  assert.throws(() => spearman([1, 2], [1]), /spearman: there are 2 and 1 numbers/);
});
