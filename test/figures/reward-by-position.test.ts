import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { rewardByPosition } from "../../src/figures/reward-by-position";

const rows = aq.table({
  position: [1, 0, 0, 1, 0],
  reward: [3, 1, 2, 5, 7],
  aggregate: ["mean", "mean", "mean", "mean", "min"],
});

test("mean and band at each position, a line for each group", () => {
  const { data } = rewardByPosition(rows, { line: "aggregate", band: "range" });
  const [band, line, , other] = data;
  assert.deepEqual([line.name, line.x, line.y], ["mean", [0, 1], [1.5, 4]]);
  assert.deepEqual(
    [band.x, band.y],
    [
      [0, 1, 1, 0],
      [2, 5, 3, 1],
    ],
  );
  assert.deepEqual([other.name, other.y], ["min", [7]]);
  assert.equal(rewardByPosition(rows).data.length, 2);
  assert.throws(() => rewardByPosition(rows, { line: "method" }), /rewardByPosition: there is no column "method"/);
});
