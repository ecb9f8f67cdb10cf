import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { agreementBars } from "../../src/figures/agreement-bars";

const rows = aq.table({ score: [1, 2, 3], learned: [0.1, 0.3, 0.2], split: ["held out", "held out", "<train>"] });

test("a point a row, in a color for each group", () => {
  const { data, layout } = agreementBars(rows, { truth: "score", group: "split" });
  assert.deepEqual(
    data.map(({ name, x, y }) => ({ name, x, y })),
    [
      { name: "held out", x: [1, 2], y: [0.1, 0.3] },
      { name: "&lt;train&gt;", x: [3], y: [0.2] },
    ],
  );
  assert.equal(layout.showlegend, true);
  assert.equal(agreementBars(rows, { truth: "score" }).layout.showlegend, false);
  assert.throws(() => agreementBars(rows), /agreementBars: there is no column "truth"/);
});
