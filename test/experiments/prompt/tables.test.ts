import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import type { Manual, SplitRun } from "../../../experiments/prompt/files";
import { columns, differenceTable, meanTable, withHeadings } from "../../../experiments/prompt/tables";
import { runDifferences } from "../../../src/evaluation/run-differences";

const run = (variant: string, seed: number, policyScore: number): SplitRun => ({
  variant,
  seed,
  split: 0,
  evaluations: 8,
  policyScore,
  bestScore: 2 * policyScore,
  lastRoundScore: policyScore,
  agreement: variant === "random" ? null : 0.5,
  testScore: policyScore,
  testAccuracy: 0.75,
  prompts: [],
  seconds: 1,
});
const runs = [run("guided", 0, 10), run("guided", 1, 12), run("random", 0, 4), run("random", 1, 6)];
const scores = (testScore: number) => ({ bestScore: 1, testScore, testAccuracy: 0.5 });
const manual: Manual[] = [{ empty: scores(3), manual: [scores(1), scores(2), scores(9)] }];
const cells = (table: string) => table.split("\n").map(line => line.split("|").map(cell => cell.trim()));

test("means of the variants, then the baselines without a search", () => {
  const [head, , guided, random, written, empty] = cells(meanTable(runs, manual));
  const column = head.indexOf("test score");
  // Half the interval of 10 and 12 is Student's t of one degree of freedom, 12.706, times their std / √2, which is 1.
  assert.deepEqual([guided[column], random[column]], ["11.0 ± 12.7", "5.0 ± 12.7"]);
  assert.deepEqual([written[column], empty[column]], ["2.0", "3.0"]);
  assert.deepEqual([random[head.indexOf("agreement")], written[head.indexOf("policy score")]], ["", ""]);
});

test("differences from guided: bold without 0 in the interval; figures get the headings as columns", () => {
  const options = { values: columns, method: "variant", baseline: "guided", by: ["split", "seed"] };
  const table = runDifferences(aq.from(runs) as aq.ColumnTable, options);
  const [head, , random] = cells(differenceTable(table.objects() as SplitRun[]));
  assert.deepEqual(
    ["policy score", "best score", "test accuracy"].map(name => random[head.indexOf(name)]),
    ["**−6.0 ± 0.0**", "**−12.0 ± 0.0**", "0.000 ± 0.000"],
  );
  assert.deepEqual(withHeadings(table).array("policy score"), [-6, -6]);
});
