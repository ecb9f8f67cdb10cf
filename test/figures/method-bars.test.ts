import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { methodBars } from "../../src/figures/method-bars";

const rows = aq.from([
  { method: "guided", score: 3, accuracy: 0.9 },
  { method: "random", score: 1, accuracy: 0.8 },
  { method: "guided", score: 7, accuracy: 0.7 },
]);

test("runs as points, their mean with an interval, a panel a value", () => {
  const { data, layout } = methodBars(rows, { values: ["score", "accuracy"] });
  const [points, mean, random, secondPanel] = data;
  assert.equal(data.length, 6);
  assert.deepEqual(
    [points.x, points.y],
    [
      ["guided", "guided"],
      [3, 7],
    ],
  );
  assert.deepEqual([mean.x, mean.y, mean.error_y.array, mean.error_y.arrayminus], [["guided"], [5], [2], [2]]);
  assert.deepEqual([random.x, random.y, random.error_y.array], [["random"], [1], [0]]);
  assert.deepEqual([random.xaxis, secondPanel.xaxis, secondPanel.yaxis], ["x", "x2", "y2"]);
  assert.deepEqual([layout.yaxis.title.text, layout.yaxis2.title.text], ["score", "accuracy"]);
});

test("the interval can be the standard deviation", () => {
  const [, mean] = methodBars(rows, { values: ["score"], interval: "std" }).data;
  assert.equal(mean.error_y.array[0].toFixed(4), Math.sqrt(8).toFixed(4));
});

test("a missing column is named", () => {
  assert.throws(
    () => methodBars(rows, { values: ["f1"] }),
    /methodBars: there is no column "f1". The table has method/,
  );
});
