import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { preferenceAudit } from "../../src/figures/preference-audit";

const audit = {
  pairs: 200,
  ties: 20,
  identical: 1,
  repetitions: { duplicates: 4, contradictions: 2 },
  length: {
    longerWins: 0.6,
    byDifference: aq.table({ from: [0, 0.5], to: [0.5, 1], pairs: [150, 0], longerWins: [0.6, Number.NaN] }),
  },
  margins: { missing: 3, histogram: aq.table({ from: [0, 1], to: [1, 2], count: [5, 7] }) },
  sizes: aq.table({ size: [2, 3], lists: [10, 5] }),
};

test("four panels: shares, lengths, margins, sizes", () => {
  const { data, layout } = preferenceAudit(audit, { title: "Reviews" });
  const [shares, chance, overall, lengths, margins, sizes] = data;
  assert.deepEqual(
    [shares.x, shares.y],
    [
      ["ties", "identical", "duplicates", "contradictions"],
      [10, 0.5, 2, 1],
    ],
  );
  assert.deepEqual(
    [chance.y, overall.y],
    [
      [50, 50],
      [60, 60],
    ],
  );
  assert.deepEqual(
    [lengths.x, lengths.y, lengths.text],
    [
      [25, 75],
      [60, null],
      ["150 pairs", "0 pairs"],
    ],
  );
  assert.deepEqual(
    [margins.x, margins.y, margins.width],
    [
      [0.5, 1.5],
      [5, 7],
      [1, 1],
    ],
  );
  assert.deepEqual(
    [sizes.x, sizes.y],
    [
      ["2", "3"],
      [10, 5],
    ],
  );
  assert.deepEqual(
    data.map(trace => trace.xaxis),
    ["x", "x2", "x2", "x2", "x3", "x4"],
  );
  assert.deepEqual([layout.title.text, layout.yaxis.title.text], ["Reviews", "% of 200 pairs"]);
  assert.equal(layout.xaxis3.title.text, "margin (3 unknown)");
});

test("annotators, where there are some", () => {
  const annotators = aq.table({ annotator: ["x<y", 7], lists: [3, 2], pairs: [2, 0], agreement: [0.5, Number.NaN] });
  const { data, layout } = preferenceAudit({ ...audit, agreement: { alpha: 0.25, annotators } });
  assert.deepEqual(
    [data.at(-1)!.x, data.at(-1)!.y],
    [
      ["x&lt;y", "7"],
      [50, null],
    ],
  );
  assert.match(layout.xaxis4.title.text, /α 0\.25/);
});
