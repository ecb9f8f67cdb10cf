// The report of `npm run credit`: tables over runs, and figures.

import * as fs from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import * as tw from "../../src";
import type { RunFiles } from "../lib/run-files";
import { differenceCurves } from "./figures";
import { type KnownDifference, knownDifferences } from "./known-differences";
import type { KnownRewardMethod, KnownRewardRow } from "./known-rewards";
import type { KnownRewardSetting } from "./known-settings";
import { creditMethods } from "./methods";
import { equalKlRows, equalKlTable, knownTable, runTable } from "./tables";
import type { CreditRun } from "./text-run";

const comparisons: KnownDifference["comparison"][] = ["equal KL", "best learning rates"];

/** Writes tables.md and the figures of known rewards, and prints the tables. */
export async function reportKnown(
  folder: string,
  { methods }: KnownRewardSetting,
  { rows, tuning }: { rows: KnownRewardRow[]; tuning: KnownRewardRow[] },
): Promise<void> {
  const others: KnownRewardMethod[] = methods.filter(method => method !== "group");
  const all = new Map(others.map(method => [method, knownDifferences(rows, tuning, [method, "group"])]));
  const section = (method: KnownRewardMethod, comparison: KnownDifference["comparison"]) =>
    `${method} − group at ${comparison}, in shares of the best possible score, mean ± half the 95 % interval:\n\n` +
    `${knownTable(all.get(method)!, comparison)}\n`;
  const text = others.flatMap(method => comparisons.map(comparison => section(method, comparison))).join("\n");
  write(folder, text);
  const differences = all.get("token");
  if (differences) await save(folder, { "token-credit": differenceCurves(differences, { comparison: "equal KL" }) });
}

/** Writes tables.md and the frontier of runs on text, and prints the tables. */
export async function reportText(folder: string, files: RunFiles<CreditRun, tw.PolicyRow>): Promise<void> {
  const order = ["untrained", ...Object.keys(creditMethods)];
  const runs = files.runs().sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method));
  const judged = runs.some(({ judge }) => judge !== null);
  const differences = [...equalKlRows(runs, "group"), ...(judged ? equalKlRows(runs, "group", "judge") : [])];
  write(folder, `${runTable(runs)}\n\n${equalKlTable(differences)}\n`);
  await save(folder, { frontier: tw.figures.frontier(aq.from(runs) as aq.ColumnTable) });
}

function write(folder: string, text: string): void {
  fs.writeFileSync(path.join(folder, "tables.md"), text);
  console.log(text);
}

async function save(folder: string, figures: Record<string, tw.figures.Figure>): Promise<void> {
  for (const [name, figure] of Object.entries(figures))
    for (const ending of ["html", "json"]) await tw.figures.saveFigure(figure, path.join(folder, `${name}.${ending}`));
}
