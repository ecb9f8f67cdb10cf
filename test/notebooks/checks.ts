// What holds of an executed notebook and of the files that it saved. For `npm test` (toy settings) and `npm run
// notebooks`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aq from "arquero";
import type { WrittenSummary } from "../../experiments/summarization/run";
import { mean } from "../../src/core/mean";
import { readJsonLines } from "../../src/tables/files";
import { readTable } from "../../src/tables/read-table";

/**
 * Checks a notebook that ran, `name` as in notebooks/, and the files in its folder. What it claims of trained models
 * is checked in longer settings than "toy" only.
 *
 * Errors: an AssertionError that says what does not hold.
 */
export async function checkNotebook(name: string, folder: string, setting: string): Promise<void> {
  checkCells(path.join(folder, name));
  await checks[name]?.(folder, setting);
}

function checkCells(file: string) {
  const { cells } = JSON.parse(readFileSync(file, "utf8"));
  const code = cells.filter((cell: any) => cell.cell_type === "code" && cell.source.length > 0);
  assert.ok(code.length > 0);
  for (const [i, { execution_count, outputs }] of code.entries()) {
    assert.equal(execution_count, i + 1);
    assert.deepEqual(
      outputs.filter((output: any) => output.output_type === "error" || output.name === "stderr"),
      [],
    );
  }
}

const tableOf = (folder: string, file: string) =>
  aq.fromCSV(readFileSync(path.join(folder, file), "utf8")).objects() as Record<string, any>[];

function checkFigures(folder: string, names: string[]) {
  for (const name of names) {
    const { data } = JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8"));
    assert.ok(data.length > 0, name);
    assert.match(readFileSync(path.join(folder, `${name}.html`), "utf8"), /<script/);
  }
}

/** The people's lists come back from every format, and the model's own samples are in the order of their scores. */
async function checkPreferences(folder: string, setting: string) {
  const [people, ...others] = await Promise.all(
    ["parquet", "arrow", "jsonl", "csv"].map(async ending =>
      (await readTable(path.join(folder, `people.${ending}`))).objects(),
    ),
  );
  assert.equal(people.length, { toy: 200, quick: 2000, standard: 4000, paper: 8000 }[setting]);
  for (const other of others) assert.deepEqual(other, people);
  const samples = readJsonLines(path.join(folder, "samples.jsonl")).objects() as Record<string, any>[];
  assert.equal(samples.length, 10);
  for (const [i, { list, score }] of samples.entries())
    if (i > 0 && list === samples[i - 1].list) assert.ok(score <= samples[i - 1].score);
  checkFigures(folder, ["preference-audit"]);
}

/** Every truth meets every aggregation; with 200 lists each is found best by the one that suits it. */
function checkGuidance(folder: string, setting: string) {
  const rows = tableOf(folder, "recoveries.csv");
  const suited = { sum: "sumTokens", min: "softMinTokens", max: "softMaxTokens" };
  assert.equal(new Set(rows.map(({ truth, aggregate }) => `${truth} ${aggregate}`)).size, 9);
  for (const { spearman } of rows) assert.ok(Math.abs(spearman) <= 1, `${spearman}`);
  if (setting !== "toy")
    for (const [truth, own] of Object.entries(suited)) {
      const runs = rows.filter(row => row.truth === truth && row.lists === 200);
      const found = Object.fromEntries(
        Object.values(suited).map(name => [
          name,
          mean(runs.filter(({ aggregate }) => aggregate === name).map(row => row.spearman)),
        ]),
      );
      assert.equal(Math.max(...Object.values(found)), found[own], truth);
      assert.ok(found[own] > (truth === "sum" ? 0.9 : 0.6), `${truth}: ${found[own]}`);
    }
  checkFigures(folder, ["reward-recovery", "token-heatmap"]);
}

/** What should find the best policy does, what should not does not; and token rewards train faster than the bandit. */
function checkObjectives(folder: string, setting: string) {
  const rows = tableOf(folder, "rows.csv").filter(({ name }) => name === "KL to the best policy");
  const methods = ["reinforce", "reinforce, baseline", "PPO, 4 passes", "k2", "leave one out"];
  const fromData = ["weighted likelihood", "DPO"];
  const elsewhere = ["k1", "k3", "likelihood, unweighted"];
  const found = new Set(rows.map(({ method }) => method));
  for (const method of [...methods, ...fromData, ...elsewhere]) assert.ok(found.has(method), method);
  for (const { method, value } of rows) assert.ok(value >= 0 && Number.isFinite(value), method);
  const credit = tableOf(folder, "credit.csv");
  assert.deepEqual([...new Set(credit.map(({ method }) => method))].sort(), [
    "a reward for every token",
    "one for all (bandit)",
  ]);
  if (setting !== "toy") {
    const last = Math.max(...rows.map(({ step }) => step));
    const distance = (method: string) =>
      mean(rows.filter(row => row.method === method && row.step === last).map(({ value }) => value));
    for (const method of [...methods, ...fromData]) assert.ok(distance(method) < 0.02, method);
    for (const method of elsewhere) assert.ok(distance(method) > 0.04, method);
    const score = (method: string) =>
      mean(credit.filter(row => row.method === method && row.step >= 20 && row.step < 60).map(({ value }) => value));
    assert.ok(score("a reward for every token") > score("one for all (bandit)") + 0.1);
  }
  checkFigures(folder, ["on-samples", "kl-estimators", "credit"]);
}

/** Both searches score as many prompts, every method has its row, and guidance makes a better policy than none. */
function checkPromptGeneration(folder: string, setting: string) {
  const rows = readFileSync(path.join(folder, "rows.jsonl"), "utf8").trimEnd().split("\n");
  const scores = rows.map(row => JSON.parse(row)).filter(({ name }) => name === "score");
  assert.deepEqual([...new Set(scores.map(({ method }) => method))], ["guided", "random search"]);
  for (const { value, evaluations } of scores) assert.ok(Number.isFinite(value) && evaluations > 0);

  const table = tableOf(folder, "table.csv");
  const [guided, random] = table;
  assert.deepEqual(
    table.map(({ method }) => method),
    ["guided", "random search", "manual, best by the same ranking", "manual, all", "no prompt"],
  );
  if (setting !== "toy")
    assert.ok(guided["policy score"] > random["policy score"], `${guided["policy score"]}, ${random["policy score"]}`);
  assert.equal(guided.evaluations, random.evaluations);
  for (const row of table) assert.ok(row["test accuracy"] > 0.4 && row["test accuracy"] < 1, `${row["test accuracy"]}`);

  checkFigures(folder, ["learning-curves", "token-heatmap"]);
  assert.equal(JSON.parse(readFileSync(path.join(folder, "options.json"), "utf8")).setting, setting);
}

/** Both policies are trained, and every method has its row; a real LM writes summaries that are some. */
function checkSummarization(folder: string, setting: string) {
  const methods = ["mle", "guided", "sequence credit", "token and sequence credit"];
  const runs = JSON.parse(readFileSync(path.join(folder, "summaries.json"), "utf8"));
  assert.deepEqual(
    runs.map(({ variant }: { variant: string }) => variant),
    methods,
  );
  const meteor = tableOf(folder, "greedy.csv").filter(({ score }) => score === "meteor");
  assert.deepEqual(
    meteor.map(({ method }) => method),
    [...methods, "lead", "positional lead"],
  );
  for (const { mean, low, high } of meteor) assert.ok(low <= mean && mean <= high, `${low}, ${mean}, ${high}`);
  if (setting !== "toy") {
    for (const { validation, summaries } of runs) {
      assert.ok(validation > 30 && validation < 150, `${validation}`);
      const greedy = (summaries as WrittenSummary[]).filter(({ decoding }) => decoding === "greedy");
      const short = greedy.filter(({ texts }) => texts[0].length <= 10); // a small LM does write "They do."
      assert.ok(short.length <= greedy.length / 10, short.map(({ texts }) => texts[0]).join());
    }
    for (const { low, high } of meteor) assert.ok(10 < low && high < 50, `${low}, ${high}`);
  }
  const starts = tableOf(folder, "samples.csv").filter(({ kl }) => Math.abs(kl) < 1e-3);
  assert.equal(starts.length, 2); // each credit begins at plain likelihood, and leaves it
  checkFigures(folder, ["learning-curves"]);
}

/** Each measure has its interval around it; longer settings bring the score up at a KL above 0. */
function checkYourPreferences(folder: string, setting: string) {
  checkFigures(folder, ["learning-curves"]);
  const measures = tableOf(folder, "measures.csv");
  for (const { measure, mean, low, high } of measures) assert.ok(low <= mean && mean <= high, measure);
  const rows = readJsonLines(path.join(folder, "rows.jsonl")).objects() as Record<string, any>[];
  assert.ok(rows.filter(({ name }) => name === "reward").length >= 2);
  const differenceOf = (name: string) =>
    tableOf(folder, "differences.csv").find(({ measure }) => measure === name)!.difference;
  assert.ok(differenceOf("kl") > 0);
  if (setting !== "toy") assert.ok(differenceOf("score") > 0);
}

/** Every method has its runs; the lead with known rewards grows with the length, as the docs say. */
function checkTokenCredit(folder: string, setting: string) {
  const known = tableOf(folder, "known.csv");
  for (const { difference } of known) assert.ok(Math.abs(difference) < 1, `${difference}`);
  const runs = tableOf(folder, "runs.csv");
  for (const task of ["sentiment", "negative words"])
    for (const method of ["untrained", "group", "token", ...(setting === "toy" ? [] : ["oracle"])])
      assert.ok(
        runs.some(run => run.task === task && run.method === method),
        `${task}, ${method}`,
      );
  for (const { method, kl, score } of runs) assert.ok(method === "untrained" ? kl < 1e-5 : kl > 0, `${kl}, ${score}`);
  assert.ok(tableOf(folder, "equal-kl.csv").length >= 2);
  if (setting !== "toy") {
    const leads = [5, 20, 40].map(length => {
      const own = known.filter(row => row.length === length && row.scored === 256 && row.comparison === "equal KL");
      return mean(own.map(({ difference }) => difference));
    });
    assert.ok(0 < leads[0] && leads[0] < leads[1] && leads[1] < leads[2], leads.join());
  }
  checkFigures(folder, ["token-credit", "sentiment", "negative-words"]);
}

const checks: Record<string, (folder: string, setting: string) => void | Promise<void>> = {
  "01-preferences.ipynb": checkPreferences,
  "02-guidance.ipynb": checkGuidance,
  "03-objectives.ipynb": checkObjectives,
  "04-prompt-generation.ipynb": checkPromptGeneration,
  "05-summarization.ipynb": checkSummarization,
  "06-your-preferences.ipynb": checkYourPreferences,
  "07-token-credit.ipynb": checkTokenCredit,
};
