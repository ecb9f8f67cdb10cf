import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { compareSamples, measureTable } from "../../src/evaluation/sample-measures";
import { bootstrapDifference } from "../../src/metrics/bootstrap";
import { refusesOptions } from "../refuses-options";

const sample = (index: number, response: string, score: number, more: object = {}) => ({
  ...{ index, prompt: `prompt ${index}`, response, score },
  ...{ kl: 2, klPerToken: 0.5, nll: 1, repeated: 0, length: 4, finished: true, ...more },
});
const policy = (...samples: object[]) => ({ samples: aq.from(samples) });
const a = policy(sample(0, "x y", 1), sample(0, "x z", 3), sample(1, "x x", 5), sample(1, "y", 5));
const b = policy(sample(1, "y", 2), sample(0, "x x", 1, { finished: false }));
const rows = (table: aq.ColumnTable) =>
  new Map((table.objects() as any[]).map(({ measure, ...row }) => [measure, row]));

test("means over prompts of each one's mean over samples", () => {
  const found = rows(measureTable("here", a.samples, seeded(0)));
  assert.deepEqual(
    ["score", "kl", "finished", "distinct1", "distinct2"].map(name => found.get(name).mean),
    // Words x y x z and x x y: 3/4 and 2/3; pairs "x y", "x z" and "x x": all are different
    [3.5, 2, 1, (3 / 4 + 2 / 3) / 2, 1],
  );
  assert.ok(found.get("score").low >= 2 && found.get("score").high <= 5);
  const short = rows(measureTable("here", policy(sample(0, "x", 1)).samples, seeded(0)));
  assert.deepEqual(short.get("distinct2"), { mean: Number.NaN, low: Number.NaN, high: Number.NaN });
});

test("differences pair by pair over the same prompts, in whatever order and number", () => {
  const found = rows(compareSamples(a, b, { rng: seeded(1), draws: 200 }));
  const { mean: difference, ...rest } = bootstrapDifference([2, 5], [1, 2], {
    rng: seeded(1).split("score"),
    draws: 200,
  });
  assert.deepEqual(found.get("score"), { difference, ...rest });
  assert.deepEqual([difference, found.get("finished").difference, found.get("kl").difference], [2, 0.5, 0]);
  // Prompt 1 has no pair of words in b.
  assert.equal(found.get("distinct2").difference, 0);
  assert.equal(found.has("judge"), false);
});

test("other prompts, and tables that are no samples, are refused", () => {
  const options = { rng: seeded(0) };
  assert.throws(() => compareSamples(a, policy(sample(0, "x", 1)), options), /prompt 1 is "prompt 1" and missing/);
  const other = policy(sample(0, "x", 1), sample(1, "x", 1, { prompt: "p" }));
  assert.throws(() => compareSamples(a, other, options), /prompt 1 is "prompt 1" and "p"\. Measure both/);
  assert.throws(() => compareSamples(a, policy({ index: 0 }), options), /there is no column "prompt"/);
  assert.throws(() => compareSamples(policy(), b, options), /compareSamples: there/);
});

refusesOptions({
  name: "compareSamples",
  call: options => compareSamples(a, b, options) && undefined,
  right: { rng: seeded(0), draws: 5, level: 0.9 },
  wrong: [
    [{ rng: undefined }, /rng is missing/],
    [{ draws: 0 }, /draws is 0/],
    [{ level: 1 }, /level is 1/],
  ],
});
