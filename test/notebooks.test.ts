import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as aq from "arquero";
import type { WrittenSummary } from "../experiments/summarization/run";
import { selectBackend } from "../src/backend/select";
import { mean } from "../src/core/mean";
import { readJsonLines } from "../src/tables/files";
import { readTable } from "../src/tables/read-table";
import { inRepository } from "./repository";
import { temporaryFolder } from "./temporary";

const python = inRepository(".venv", "bin", "python");

/** Why notebooks cannot run here in a few minutes; undefined where they can. */
async function obstacle(): Promise<string | undefined> {
  if (!existsSync(python)) return "no Python environment in .venv: run `npm run setup`";
  const wanted = process.env.TOKENWISE_ENGINE;
  if (wanted && wanted !== "native")
    return `TOKENWISE_ENGINE is ${wanted}: a quick run takes minutes on the native engine`;
  return selectBackend("native").then(
    () => undefined,
    error => error.message,
  );
}

/** Runs a notebook in its quick setting, by a kernelspec of its own: the kernel is the one beside this file. */
async function run(notebook: string, folder: string) {
  const spec = {
    argv: [process.execPath, path.resolve(__dirname, "../kernel/main.js"), "{connection_file}"],
    display_name: "tokenwise under test",
    language: "typescript",
    interrupt_mode: "message",
  };
  mkdirSync(path.join(folder, "kernels/tokenwise-test"), { recursive: true });
  writeFileSync(path.join(folder, "kernels/tokenwise-test/kernel.json"), JSON.stringify(spec));
  const out = path.join(folder, "out");
  const runner = inRepository("scripts", "run_notebook.py");
  const options = ["--out", out, "--setting", "quick", "--kernel", "tokenwise-test"];
  const child = spawn(python, [runner, inRepository("notebooks", notebook), ...options], {
    env: { ...process.env, JUPYTER_PATH: folder, JUPYTER_DATA_DIR: folder },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (output += chunk));
  const status = await new Promise(resolve => child.on("close", resolve));
  assert.equal(status, 0, output.slice(-4000));
  return out;
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

function checkPromptGeneration(out: string) {
  const rows = readFileSync(path.join(out, "rows.jsonl"), "utf8").trimEnd().split("\n");
  const scores = rows.map(row => JSON.parse(row)).filter(({ name }) => name === "score");
  assert.deepEqual([...new Set(scores.map(({ method }) => method))], ["guided", "random search"]);
  for (const { value, evaluations } of scores) assert.ok(Number.isFinite(value) && evaluations > 0);

  const table = tableOf(out, "table.csv");
  const [guided, random] = table;
  assert.deepEqual(
    table.map(({ method }) => method),
    ["guided", "random search", "manual, best by the same ranking", "manual, all", "no prompt"],
  );
  assert.ok(guided["policy score"] > random["policy score"], `${guided["policy score"]}, ${random["policy score"]}`);
  assert.equal(guided.evaluations, random.evaluations);
  for (const row of table) assert.ok(row["test accuracy"] > 0.4 && row["test accuracy"] < 1, `${row["test accuracy"]}`);

  checkFigures(out, ["learning-curves", "token-heatmap"]);
  assert.equal(JSON.parse(readFileSync(path.join(out, "options.json"), "utf8")).setting, "quick");
}

const tableOf = (out: string, file: string) =>
  aq.fromCSV(readFileSync(path.join(out, file), "utf8")).objects() as Record<string, any>[];

function checkFigures(out: string, names: string[]) {
  for (const name of names) {
    const { data } = JSON.parse(readFileSync(path.join(out, `${name}.json`), "utf8"));
    assert.ok(data.length > 0, name);
    assert.match(readFileSync(path.join(out, `${name}.html`), "utf8"), /<script/);
  }
}

/** The people's lists come back from every format, and the model's own samples are in the order of their scores. */
async function checkPreferences(out: string) {
  const [people, ...others] = await Promise.all(
    ["parquet", "arrow", "jsonl", "csv"].map(async ending =>
      (await readTable(path.join(out, `people.${ending}`))).objects(),
    ),
  );
  assert.equal(people.length, 2000);
  for (const other of others) assert.deepEqual(other, people);
  const samples = readJsonLines(path.join(out, "samples.jsonl")).objects() as Record<string, any>[];
  assert.equal(samples.length, 10);
  for (const [i, { list, score }] of samples.entries())
    if (i > 0 && list === samples[i - 1].list) assert.ok(score <= samples[i - 1].score);
  checkFigures(out, ["preference-audit"]);
}

/** With 200 lists each truth is found best by the aggregation that suits it. */
function checkGuidance(out: string) {
  const rows = tableOf(out, "recoveries.csv").filter(({ lists }) => lists === 200);
  const suited = { sum: "sumTokens", min: "softMinTokens", max: "softMaxTokens" };
  for (const [truth, own] of Object.entries(suited)) {
    const runs = rows.filter(row => row.truth === truth);
    const found: Record<string, number> = Object.fromEntries(runs.map(row => [row.aggregate, row.spearman]));
    assert.equal(Math.max(...Object.values(found)), found[own], truth);
    assert.ok(found[own] > (truth === "sum" ? 0.94 : 0.65), `${truth}: ${found[own]}`);
  }
  checkFigures(out, ["reward-recovery", "token-heatmap"]);
}

/** What should find the best policy does, what should not does not; and token rewards train faster than the bandit. */
function checkObjectives(out: string) {
  const rows = tableOf(out, "rows.csv").filter(({ name, step }) => name === "KL to the best policy" && step === 99);
  const distances = Object.fromEntries(rows.map(({ method, value }) => [method, value]));
  const exact = ["reinforce", "reinforce, baseline", "PPO, 4 passes", "k2", "leave one out"];
  for (const method of [...exact, "weighted likelihood", "DPO"]) assert.ok(distances[method] < 0.02, method);
  for (const method of ["k1", "k3", "likelihood, unweighted"]) assert.ok(distances[method] > 0.04, method);
  const worth = (method: string) =>
    mean(
      tableOf(out, "credit.csv")
        .filter(row => row.method === method && row.step >= 20 && row.step < 60)
        .map(({ value }) => value),
    );
  assert.ok(worth("a reward for every token") > worth("one for all (bandit)") + 0.1);
  checkFigures(out, ["on-samples", "kl-estimators", "credit"]);
}

/** Both policies are trained, paid references are shown, and every method has its row. */
function checkSummarization(out: string) {
  const runs = JSON.parse(readFileSync(path.join(out, "summaries.json"), "utf8"));
  assert.deepEqual(
    runs.map(({ variant }: { variant: string }) => variant),
    ["mle", "guided"],
  );
  for (const { validation, summaries } of runs) {
    assert.ok(validation > 30 && validation < 150, `${validation}`);
    const greedy = (summaries as WrittenSummary[]).filter(({ decoding }) => decoding === "greedy");
    const short = greedy.filter(({ texts }) => texts[0].length <= 10); // a small LM does write "They do."
    assert.ok(short.length <= greedy.length / 10, short.map(({ texts }) => texts[0]).join());
  }
  const meteor = tableOf(out, "greedy.csv").filter(({ score }) => score === "meteor");
  assert.deepEqual(
    meteor.map(({ method }) => method),
    ["mle", "guided", "lead", "positional lead"],
  );
  for (const { mean, low, high } of meteor) assert.ok(10 < low && low < mean && mean < high && high < 50);
  checkFigures(out, ["learning-curves"]);
}

const checks: Record<string, (out: string) => void | Promise<void>> = {
  "01-preferences.ipynb": checkPreferences,
  "02-guidance.ipynb": checkGuidance,
  "03-objectives.ipynb": checkObjectives,
  "04-prompt-generation.ipynb": checkPromptGeneration,
  "05-summarization.ipynb": checkSummarization,
};

for (const notebook of readdirSync(inRepository("notebooks")).filter(name => name.endsWith(".ipynb")))
  test(`${notebook} runs top to bottom in its quick setting`, async t => {
    const reason = await obstacle();
    if (reason) return t.skip(reason);
    const out = await run(notebook, temporaryFolder(t));
    checkCells(path.join(out, notebook));
    await checks[notebook]?.(out);
  });
