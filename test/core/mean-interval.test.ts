import assert from "node:assert/strict";
import { test } from "node:test";
import { meanInterval } from "../../src/core/mean-interval";

test("the mean and its 95 % interval; one value is its own", () => {
  const { mean, low, high } = meanInterval([1, 2, 3, 4, 5, 9]);
  assert.equal(mean, 4);
  assert.ok(Math.abs(high - mean - 2.5706 * Math.sqrt(8 / 6)) < 1e-9);
  assert.equal(mean - low, high - mean);
  assert.deepEqual(meanInterval([7]), { mean: 7, low: 7, high: 7 });
  assert.ok(Number.isNaN(meanInterval([]).mean));
});

test("the quantiles of Student's t go on where the table ends", () => {
  // n values half at −1, half at 1 have variance n / (n − 1): the interval is t / √(n − 1).
  const quantile = (degrees: number) => {
    const values = Array.from({ length: degrees + 1 }, (_, i) => (i % 2 ? 1 : -1));
    return meanInterval(values).high * Math.sqrt(degrees);
  };
  for (const [degrees, expected] of [
    [9, 2.2622],
    [11, 2.201],
    [21, 2.0796],
    [31, 2.0395],
    [121, 1.9798],
  ])
    assert.ok(Math.abs(quantile(degrees) - expected) < 3e-4, `${degrees}: ${quantile(degrees)}`);
});
