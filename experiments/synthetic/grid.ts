// npm run synthetic -- [--seeds 3] [--lists 50,200,1000] [--out FOLDER]: which aggregation recovers known token
// rewards, under each way in which tokens' rewards may make up a sequence's score.

import * as aq from "arquero";
import { selectBackend } from "../../src/backend/select";
import { mean } from "../../src/core/mean";
import { saveFigure } from "../../src/figures/export";
import { spread } from "../../src/figures/spread";
import { programOptions, wholeNumber, wholeNumbers } from "../lib/program-options";
import { rewardRecovery } from "./reward-recovery";
import { type RecoveryRow, recoveryGrid, sequenceScores, type Truth } from "./task";

async function main() {
  const values = programOptions("npm run synthetic -- [options]\nRecovers known token rewards by each aggregation.", {
    seeds: { default: "3", help: "number of seeds" },
    lists: { default: "50,200,1000", help: "preference lists to learn from" },
    out: { default: "runs/synthetic", help: "folder of the figure" },
  });
  const [seeds, lists] = [wholeNumber("seeds", values.seeds), wholeNumbers("lists", values.lists)];
  const { engine } = await selectBackend();
  const rows: RecoveryRow[] = [];
  for await (const row of recoveryGrid({ seeds, lists })) {
    rows.push(row);
    process.stderr.write(`\r${rows.length} of ${seeds * lists.length * 9} runs`);
  }
  process.stderr.write("\n");
  const table = aq.from(rows) as aq.ColumnTable;
  await saveFigure(rewardRecovery(table), `${values.out}/reward-recovery.html`);
  console.log(
    `Spearman of learned and true rewards at ${lists.join(" / ")} lists, mean ± std of ${seeds} seeds (${engine})`,
  );
  const aggregates = [...new Set(rows.map(({ aggregate }) => aggregate))];
  console.log(["truth", ...aggregates].map(name => name.padEnd(40)).join(""));
  for (const truth of Object.keys(sequenceScores) as Truth[])
    console.log(
      [truth, ...aggregates.map(aggregate => lists.map(count => cell(rows, truth, aggregate, count)).join(" / "))]
        .map(text => text.padEnd(40))
        .join(""),
    );
  console.log(
    `${mean(rows.map(({ seconds }) => seconds)).toFixed(2)} seconds a run; figure: ${values.out}/reward-recovery.html`,
  );
}

function cell(rows: RecoveryRow[], truth: Truth, aggregate: string, lists: number): string {
  const runs = rows.filter(row => row.truth === truth && row.aggregate === aggregate && row.lists === lists);
  const correlations = runs.map(({ spearman }) => spearman);
  const { mean, high } = spread(correlations, "std");
  return `${mean.toFixed(2)} ± ${(high - mean).toFixed(2)}`;
}

main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
