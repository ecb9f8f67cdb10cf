// Programs that run notebooks and cells, as in docs/kernel.md. TOKENWISE_JUPYTER names a Python that has more of them
// than .venv.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { before, type TestContext, test } from "node:test";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const python = process.env.TOKENWISE_JUPYTER ?? inRepository(".venv/bin/python");
const { installKernel } = require(inRepository("scripts/lib/jupyter/kernelspec.mjs"));

function run(folder: string, given: string[], input?: string) {
  const data = path.join(folder, "jupyter");
  installKernel(inRepository(), data);
  const env = { ...process.env, JUPYTER_PATH: data, JUPYTER_DATA_DIR: data };
  return spawnSync(python, given, { cwd: folder, env, input, encoding: "utf8", timeout: 180_000 });
}

/** Skips the test where the Python has no such module. */
function needs(module: string, t: TestContext): boolean {
  const { status } = spawnSync(python, ["-c", `import ${module}`]);
  if (status !== 0) t.skip(`${python} has no ${module}`);
  return status === 0;
}

const cell = (source: string, tags: string[] = []) => ({
  ...{ cell_type: "code", id: `cell${source.length}`, metadata: { tags } },
  ...{ source, outputs: [], execution_count: null },
});
const notebook = {
  ...{ nbformat: 4, nbformat_minor: 5 },
  metadata: { kernelspec: { name: "tokenwise", display_name: "TypeScript (tokenwise)", language: "typescript" } },
  cells: [
    cell('const setting: string = "standard";\nlet rates = [0.1]; // two', ["parameters"]),
    cell("[setting, ...rates]"),
  ],
};

let folder: string;
before(t => {
  folder = temporaryFolder(t as TestContext);
  writeFileSync(path.join(folder, "in.ipynb"), JSON.stringify(notebook));
});
const shown = (name: string): string => {
  const { cells } = JSON.parse(readFileSync(path.join(folder, name), "utf8"));
  return cells.at(-1).outputs[0].data["text/plain"].join("");
};

test("jupyter nbconvert runs a notebook; its page has the values, its script is TypeScript", t => {
  if (!needs("nbconvert", t)) return;
  const convert = (...given: string[]) => {
    const { status, stderr } = run(folder, ["-m", "nbconvert", ...given]);
    assert.equal(status, 0, stderr);
  };
  convert("--execute", "--to", "notebook", "--output", "ran.ipynb", "in.ipynb");
  assert.equal(shown("ran.ipynb"), "[ 'standard', 0.1 ]");
  convert("--to", "html", "ran.ipynb");
  assert.ok(
    />\[ ('|&#39;)standard\1, 0\.1 \]</.test(
      readFileSync(path.join(folder, "ran.html"), "utf8").replace(/\s*\n\s*/g, ""),
    ),
  );
  convert("--to", "script", "ran.ipynb");
  assert.match(readFileSync(path.join(folder, "ran.ts"), "utf8"), /const setting: string = "standard";/);
});

test("jupyter execute, which is nbclient", t => {
  if (!needs("nbclient", t)) return;
  const { status, stderr } = run(folder, [
    "-c",
    "import nbclient.cli; nbclient.cli.main()",
    "--output=executed.ipynb",
    "in.ipynb",
  ]);
  assert.equal(status, 0, stderr);
  assert.equal(shown("executed.ipynb"), "[ 'standard', 0.1 ]");
});

test("papermill -p, with kernel/papermill", t => {
  if (!needs("papermill", t)) return;
  const source = JSON.stringify(inRepository("kernel/papermill"));
  const program = `import sys, papermill.cli; sys.path.insert(0, ${source}); import tokenwise_papermill
papermill.cli.papermill()`;
  const listed = run(folder, ["-c", program, "--help-notebook", "in.ipynb"]);
  assert.match(
    listed.stdout,
    /setting: string \(default "standard"\)\n +rates: Unknown type \(default \[0\.1\]\)\n +two/,
  );
  const parameters = ["-p", "setting", 'quick "😀"', "-y", "{rates: [2, null, {a: true}]}"];
  const { status, stderr } = run(folder, ["-c", program, "in.ipynb", "out.ipynb", ...parameters]);
  assert.equal(status, 0, stderr);
  assert.equal(shown("out.ipynb"), "[ 'quick \"😀\"', 2, null, { a: true } ]");
});

test("jupyter console", t => {
  if (!needs("jupyter_console", t)) return;
  const { stdout, stderr } = run(
    folder,
    ["-m", "jupyter_console", "--kernel=tokenwise", "--simple-prompt"],
    "6 * 7\ny\n",
  );
  assert.match(stdout, /Out\[1\]: 42/, stderr);
});
