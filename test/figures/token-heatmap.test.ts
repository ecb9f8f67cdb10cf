import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { tokenHeatmap } from "../../src/figures/token-heatmap";

test("a row a text, short rows filled with nothing", () => {
  const { data, layout } = tokenHeatmap([
    { tokens: [" very", "good"], rewards: Float64Array.of(0.25, 1), label: "83 %" },
    { tokens: ["<|x|>\n"], rewards: [0.5] },
  ]);
  const [{ type, x, y, z, text, customdata }] = data;
  assert.deepEqual(
    { type, x, y, z, text, customdata },
    {
      type: "heatmap",
      x: [1, 2],
      y: [1, 2],
      z: [
        [0.25, 1],
        [0.5, null],
      ],
      text: [
        ["␣very<br>0.250", "good<br>1.000"],
        ["&lt;|x|&gt;⏎<br>0.500", ""],
      ],
      customdata: [
        ["␣very", "good"],
        ["&lt;|x|&gt;⏎", ""],
      ],
    },
  );
  assert.deepEqual(layout.yaxis.ticktext, ["83 %", "2"]);
});

test("a table draws what the list of its rows draws", () => {
  const table = aq.table({ tokens: [["a", "b"], ["c"]], rewards: [[1, 2], [3]], reward: [1.5, 3] });
  const texts = [
    { tokens: ["a", "b"], rewards: [1, 2], label: "1.50" },
    { tokens: ["c"], rewards: [3], label: "3.00" },
  ];
  assert.deepEqual(tokenHeatmap(table), tokenHeatmap(texts));
});

test("what does not fit together is named", () => {
  assert.throws(() => tokenHeatmap([]), /tokenHeatmap: there are no texts/);
  assert.throws(() => tokenHeatmap([{ tokens: ["a", "b"], rewards: [1] }]), /text 0 has 2 tokens and 1 rewards/);
});

test("rewards of both signs have a scale with its faintest color at zero", () => {
  const scale = (rewards: number[]) => {
    const [{ colorscale, zmin, zmax }] = tokenHeatmap([{ tokens: rewards.map(String), rewards }]).data;
    return [colorscale.length, zmin, zmax];
  };
  assert.deepEqual(scale([-1, 0.5]), [3, -1, 1]);
  assert.deepEqual(scale([-0.5, 2]), [3, -2, 2]);
  assert.deepEqual(scale([0, 2]), [2, undefined, undefined]);
  assert.deepEqual(scale([-3, -1]), [2, undefined, undefined]);
});
