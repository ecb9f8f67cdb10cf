import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { meanInterval } from "../../src/core/mean-interval";
import { frontier } from "../../src/figures/frontier";

const row = (method: string, seed: number, weight: number, kl: number, score: number) => ({
  method,
  seed,
  weight,
  kl,
  score,
});

test("runs as points, a line through their means in the order of weights, a band of the score", () => {
  const rows = aq.from([
    row("token", 0, 0.1, 3, 5),
    row("token", 1, 0.1, 5, 9),
    row("token", 0, 0.02, 6, 8),
    row("token", 1, 0.02, 8, 10),
    row("sequence", 0, 0.1, 2, 4),
  ]);
  const { data, layout } = frontier(rows, { title: "t" });
  const [area, points, line, single] = data;
  assert.equal(data.length, 4);
  assert.deepEqual([points.x, points.y, points.mode], [[3, 5, 6, 8], [5, 9, 8, 10], "markers"]);
  assert.deepEqual(
    [line.x, line.y, line.text],
    [
      [7, 4],
      [9, 7],
      ["0.02", "0.1"],
    ],
  );
  const scores = [meanInterval([8, 10]), meanInterval([5, 9])];
  assert.deepEqual(area.x, [7, 4, 4, 7]);
  assert.deepEqual(area.y, [scores[0].high, scores[1].high, scores[1].low, scores[0].low]);
  assert.deepEqual(line.error_x.array, [meanInterval([6, 8]).high - 7, meanInterval([3, 5]).high - 4]);
  assert.deepEqual([single.name, single.x, single.y, single.error_x], ["sequence", [2], [4], undefined]);
  assert.deepEqual([line.line.color, single.line.color], ["#0072B2", "#D55E00"]);
  assert.deepEqual([points.showlegend, area.showlegend, line.showlegend], [false, false, undefined]);
  assert.deepEqual([layout.xaxis.title.text, layout.yaxis.title.text, layout.title.text], ["kl", "score", "t"]);
  assert.deepEqual(JSON.parse(JSON.stringify(layout)), layout);
});

test("what is missing, misspelt or no number is named", () => {
  const rows = aq.from([row("a", 0, 0.1, 3, 5), row("a", 1, 0.1, Number.NaN, 5)]);
  assert.throws(() => frontier(rows), /frontier: kl is NaN in row 1\. Leave the row out/);
  assert.throws(() => frontier(rows, { kl: "klPerToken" }), /there is no column "klPerToken"/);
  assert.throws(() => frontier(rows, { x: "kl" } as object), /there is no option "x"/);
  assert.throws(() => frontier(rows.slice(0, 0) as any), /frontier: there is no run/);
});
