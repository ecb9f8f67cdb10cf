import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as aq from "arquero";
import { selectBackend } from "../src/backend/select";
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

  const table = aq.fromCSV(readFileSync(path.join(out, "table.csv"), "utf8")).objects() as Record<string, any>[];
  const [guided, random] = table;
  assert.deepEqual(
    table.map(({ method }) => method),
    ["guided", "random search", "manual, best by the same ranking", "manual, all", "no prompt"],
  );
  assert.ok(guided["policy score"] > random["policy score"], `${guided["policy score"]}, ${random["policy score"]}`);
  assert.equal(guided.evaluations, random.evaluations);
  for (const row of table) assert.ok(row["test accuracy"] > 0.4 && row["test accuracy"] < 1, `${row["test accuracy"]}`);

  for (const figure of ["learning-curves", "token-heatmap"]) {
    const { data } = JSON.parse(readFileSync(path.join(out, `${figure}.json`), "utf8"));
    assert.ok(data.length > 0, figure);
    assert.match(readFileSync(path.join(out, `${figure}.html`), "utf8"), /<script/);
  }
  assert.equal(JSON.parse(readFileSync(path.join(out, "options.json"), "utf8")).setting, "quick");
}

for (const notebook of readdirSync(inRepository("notebooks")).filter(name => name.endsWith(".ipynb")))
  test(`${notebook} runs top to bottom in its quick setting`, async t => {
    const reason = await obstacle();
    if (reason) return t.skip(reason);
    const out = await run(notebook, temporaryFolder(t));
    checkCells(path.join(out, notebook));
    if (notebook.startsWith("04-")) checkPromptGeneration(out);
  });
