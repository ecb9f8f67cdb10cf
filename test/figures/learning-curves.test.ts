import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { learningCurves } from "../../src/figures/learning-curves";

const row = (method: string, seed: number, step: number, name: string, value: number) => ({
  method,
  seed,
  step,
  name,
  value,
});

test("one run: a line a name, in its own panel, by step", () => {
  const log = aq.from([
    { step: 1, name: "score", value: 5 },
    { step: 0, name: "score", value: 3 },
    { step: 0, name: "loss", value: 0.5 },
    { step: 0, name: "unused", value: 9 },
  ]);
  const { data, layout } = learningCurves(log, { names: ["score", "loss"] });
  const line = { color: "#0072B2", width: 2 };
  const shared = { type: "scatter", xaxis: "x", legendgroup: "undefined", line };
  assert.deepEqual(data, [
    { ...shared, yaxis: "y", name: "score", x: [0, 1], y: [3, 5], mode: "lines", showlegend: true },
    { ...shared, yaxis: "y2", name: "loss", x: [0], y: [0.5], mode: "markers", showlegend: false },
  ]);
  assert.deepEqual(layout.grid, { rows: 2, columns: 1, pattern: "coupled" });
  assert.deepEqual([layout.yaxis.title.text, layout.yaxis2.title.text, layout.showlegend], ["score", "loss", false]);
});

test("several runs: their mean and a band; a color a method", () => {
  const log = aq.from([
    row("guided", 0, 0, "score", 1),
    row("guided", 1, 0, "score", 3),
    row("guided", 0, 1, "score", 5),
    row("guided", 1, 1, "score", 9),
    row("bandit", 0, 0, "score", 2),
  ]);
  const { data, layout } = learningCurves(log, { names: ["score"] });
  const [band, mean, bandit] = data;
  assert.equal(data.length, 3);
  assert.deepEqual([mean.name, mean.x, mean.y], ["guided", [0, 1], [2, 7]]);
  assert.deepEqual([band.name, band.x, band.y], ["guided (range)", [0, 1, 1, 0], [3, 9, 5, 1]]);
  assert.equal(band.fillcolor, "rgba(0,114,178,0.2)");
  assert.deepEqual([bandit.name, bandit.y, bandit.line.color], ["bandit", [2], "#D55E00"]);
  assert.equal(layout.showlegend, true);
});

test("many lines: no bands if asked, dashes where colors repeat", () => {
  const log = aq.from(Array.from({ length: 16 }, (_, i) => row(`m${i >> 1}`, i % 2, 0, "score", i)));
  const { data } = learningCurves(log, { names: ["score"], band: "none" });
  assert.deepEqual(
    data.map(({ line }) => line.dash),
    [...Array(7).fill(undefined), "dash"],
  );
  assert.equal(data[7].line.color, data[0].line.color);
});

test("a figure is plain JSON", () => {
  const figure = learningCurves(aq.from([row("a", 0, 0, "score", 1)]), { names: ["score"], title: "t" });
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
});

test("a missing column and a missing name are named", () => {
  assert.throws(() => learningCurves(aq.from([{ step: 0 }]), { names: ["score"] }), {
    message: 'learningCurves: there is no column "name". The table has step.',
  });
  assert.throws(() => learningCurves(aq.from([row("a", 0, 0, "loss", 1)]), { names: ["score"] }), {
    message: 'learningCurves: no row has the name "score". There is loss.',
  });
});
