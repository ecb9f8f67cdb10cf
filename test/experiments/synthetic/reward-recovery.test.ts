import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { rewardRecovery } from "../../../experiments/synthetic/reward-recovery";

const rows = aq.table({
  truth: ["sum", "sum", "sum", "min", "sum"],
  aggregate: ["sumTokens", "sumTokens", "softMin", "softMin", "sumTokens"],
  lists: [200, 200, 200, 200, 50],
  spearman: [0.9, 0.8, 0.5, 0.7, 0.6],
});

test("a panel for each number of lists, the runs' mean in each square", () => {
  const { data, layout } = rewardRecovery(rows);
  assert.deepEqual(
    data.map(panel => [panel.x, panel.y]),
    Array(2).fill([
      ["sumTokens", "softMin"],
      ["sum truth", "min truth"],
    ]),
  );
  assert.deepEqual(
    data.map(({ text }) => text),
    [
      [
        ["<b>0.60</b>", ""],
        ["", ""],
      ],
      [
        ["<b>0.85</b>", "0.50"],
        ["", "<b>0.70</b>"],
      ],
    ],
  );
  assert.deepEqual(
    layout.annotations.map((note: { text: string }) => note.text),
    ["50 lists", "200 lists"],
  );
  assert.throws(() => rewardRecovery(aq.table({ truth: [] })), /rewardRecovery: there is no column "aggregate"/);
  assert.throws(() => rewardRecovery(rows, { titel: "…" } as object), /no option "titel"\. Did you mean "title"\?/);
});
