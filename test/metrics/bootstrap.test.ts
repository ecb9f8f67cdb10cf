import assert from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/core/random";
import { bootstrapDifference, bootstrapMean } from "../../src/metrics/bootstrap";

const rng = seeded(1);
const normal = (n: number, name: string) => {
  const own = rng.split(name);
  return Array.from({ length: n }, () => own.normal());
};

test("the interval is that of the mean's spread: ± 1.96 / √n for standard normal values", () => {
  const { mean, low, high } = bootstrapMean(normal(900, "values"), { rng, draws: 4000 });
  assert.ok(low < mean && mean < high);
  assert.ok(Math.abs(high - low - (2 * 1.96) / 30) < 0.01, `${low} to ${high}`);
  const narrow = bootstrapMean(normal(900, "values"), { rng, draws: 4000, level: 0.5 });
  assert.ok(Math.abs(narrow.high - narrow.low - (2 * 0.674) / 30) < 0.006);
});

test("values of one document are drawn together", () => {
  // The same number three times is worth no more than once
  const values = normal(300, "documents");
  const names = values.map((_, i) => `document ${i}`);
  const three = { rng: seeded(2), documents: [...names, ...names, ...names] };
  const once = bootstrapMean(values, { rng: seeded(2), documents: names });
  const thrice = bootstrapMean([...values, ...values, ...values], three);
  for (const part of ["mean", "low", "high"] as const) assert.ok(Math.abs(once[part] - thrice[part]) < 1e-12);
});

test("the same seed gives the same interval; one value has none to spread", () => {
  const values = [1, 2, 4, 8];
  assert.deepEqual(bootstrapMean(values, { rng: seeded(3) }), bootstrapMean(values, { rng: seeded(3) }));
  assert.deepEqual(bootstrapMean([5], { rng: seeded(3) }), { mean: 5, low: 5, high: 5 });
});

test("the difference of methods on the same items, and how likely it is by chance", () => {
  // All eight swaps of signs of 1, 2, 3: two make a sum of at least 6, so p is about 2 / 8
  const { mean, p } = bootstrapDifference([2, 4, 6], [1, 2, 3], { rng: seeded(4), draws: 8000 });
  assert.equal(mean, 2);
  assert.ok(Math.abs(p - 0.25) < 0.02, `${p}`);
  const [a, noise] = [normal(400, "a"), normal(400, "noise")];
  const better = bootstrapDifference(
    a.map((x, i) => x + 0.3 + noise[i]),
    a,
    { rng },
  );
  assert.ok(better.p === 1 / 1001 && better.low > 0.1, JSON.stringify(better));
  const alike = bootstrapDifference(a, a, { rng });
  assert.deepEqual([alike.mean, alike.low, alike.high, alike.p], [0, 0, 0, 1]);
});

test("methods that are alike are told apart at p < 0.05 in about 5 % of trials", () => {
  const trials = 200;
  let found = 0;
  for (let trial = 0; trial < trials; trial++) {
    const differences = normal(40, `trial ${trial}`);
    const { p } = bootstrapDifference(differences, new Float64Array(40), {
      rng: rng.split(`swaps ${trial}`),
      draws: 200,
    });
    if (p < 0.05) found++;
  }
  assert.ok(found >= 2 && found <= 20, `${found} of ${trials}`);
});

test("what has no score is named", () => {
  assert.throws(() => bootstrapMean([], { rng }), /bootstrapMean: there are no values/);
  assert.throws(() => bootstrapMean([1, Number.NaN], { rng }), /value 1 is NaN. Leave out what has no score/);
  assert.throws(() => bootstrapMean([1], { rng, documents: ["a", "b"] }), /2 documents for 1 values/);
  assert.throws(() => bootstrapMean([1], { rng, draws: 0 }), /draws is 0\. Give a whole number, 1 or more/);
  assert.throws(() => bootstrapMean([1], { rng, level: 95 }), /level is 95\. Give a share between 0 and 1/);
  assert.throws(() => bootstrapDifference([1, 2], [1], { rng }), /there are 2 and 1 values/);
});
