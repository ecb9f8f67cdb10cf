import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { ablationBars } from "../../src/figures/ablation-bars";

const rows = aq.from([
  { variant: "guided", score: 3, agreement: 0.5 },
  { variant: "random <b>", score: 1, agreement: null },
  { variant: "guided", score: 7, agreement: 0.7 },
]);

test("runs as points, their mean with an interval, a panel a value, one row a variant", () => {
  const { data, layout } = ablationBars(rows, {
    values: ["score", "agreement"],
    baseline: "guided",
    interval: "range",
  });
  const [points, guided, random, agreements] = data;
  assert.equal(data.length, 5); // no trace of the agreement that nobody measured
  assert.deepEqual(
    [points.x, points.y],
    [
      [3, 7],
      ["guided", "guided"],
    ],
  );
  assert.deepEqual([guided.x, guided.y, guided.error_x.array, guided.error_x.arrayminus], [[5], ["guided"], [2], [2]]);
  assert.deepEqual([random.x, random.y, random.error_x.array], [[1], ["random &lt;b&gt;"], [0]]);
  assert.deepEqual([random.xaxis, random.yaxis, agreements.xaxis, agreements.yaxis], ["x", "y", "x2", "y"]);
  assert.deepEqual(layout.yaxis.categoryarray, ["guided", "random &lt;b&gt;"]);
  assert.deepEqual([layout.xaxis.title.text, layout.xaxis2.title.text], ["score", "agreement"]);
});

test("the line is the baseline's mean, or 0; the interval is one of confidence", () => {
  const lines = (baseline?: string) =>
    ablationBars(rows, { values: ["score", "agreement"], baseline }).layout.shapes.map(
      (line: { x0: number }) => line.x0,
    );
  assert.deepEqual(lines("guided"), [5, 0.6]);
  assert.deepEqual(lines("random <b>"), [1]);
  assert.deepEqual(lines(), [0, 0]);
  const [, mean] = ablationBars(rows, { values: ["score"] }).data;
  assert.equal(mean.error_x.array[0].toFixed(3), (12.7062 * 2).toFixed(3));
});

test("a missing column or baseline is named", () => {
  assert.throws(() => ablationBars(rows, { values: ["f1"] }), /ablationBars: there is no column "f1"/);
  assert.throws(
    () => ablationBars(rows, { values: ["score"], baseline: "bandit" }),
    /ablationBars: there is no "bandit". The table has guided, random/,
  );
});
