import assert from "node:assert/strict";
import { test } from "node:test";
import { darkFigure } from "../../../kernel/lab-extension/theme";

test("a figure in a dark page has a dark plate, light texts and lines; its own colors stay", () => {
  const data = [
    { y: [1], line: { color: "#000000", width: 2 }, marker: { color: "#D55E00" } },
    { z: [[1]], textfont: { color: "#000000" } },
  ];
  const layout = {
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#FFEEDD",
    font: { size: 9 },
    xaxis2: { gridcolor: "#e5e5e5" },
  };
  const dark = darkFigure({ data, layout });
  assert.deepEqual(dark.data, [{ ...data[0], line: { color: "#e0e0e0", width: 2 } }, data[1]]);
  const { paper_bgcolor, plot_bgcolor, font, xaxis2, xaxis } = dark.layout;
  assert.deepEqual([paper_bgcolor, plot_bgcolor], ["#111111", "#FFEEDD"]);
  assert.deepEqual(font, { color: "#e0e0e0", size: 9 });
  assert.deepEqual([xaxis2.gridcolor, xaxis.gridcolor], ["#444444", "#444444"]);
  assert.equal(layout.paper_bgcolor, "#ffffff");
});
