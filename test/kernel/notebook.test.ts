import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { findBrowser } from "../../src/figures/find-browser";

const repository = path.resolve(__dirname, "../../..");
const python = path.join(repository, ".venv/bin/python");
const skip = existsSync(python) ? false : "no Python environment in .venv: run `npm run setup`";

// A kernelspec of its own, so that the kernel under test is the one beside this file.
const folder = mkdtempSync(path.join(tmpdir(), "tokenwise-notebook-"));
const spec = {
  argv: [process.execPath, path.resolve(__dirname, "../../kernel/main.js"), "{connection_file}"],
  display_name: "tokenwise under test",
  language: "typescript",
  interrupt_mode: "message",
};
const specFolder = path.join(folder, "kernels/tokenwise-test");
mkdirSync(specFolder, { recursive: true });
writeFileSync(path.join(specFolder, "kernel.json"), JSON.stringify(spec));

test.after(() => rmSync(folder, { recursive: true }));

function start(notebook: string, kernel = "tokenwise-test"): ChildProcess {
  const runner = path.join(repository, "scripts/run_notebook.py");
  const source = path.join(repository, "test/notebooks", notebook);
  const options = ["--out", path.join(folder, "out"), "--setting", "quick", "--seed", "7", "--kernel", kernel];
  return spawn(python, [runner, source, ...options], {
    env: { ...process.env, JUPYTER_PATH: folder, JUPYTER_DATA_DIR: folder },
  });
}

async function finish(child: ChildProcess, onOutput: (output: string) => void = () => {}) {
  let output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      onOutput(output);
    });
  const status = await new Promise<number | null>(resolve => child.on("close", resolve));
  return { status, output };
}

/** The outputs of the code cells of the saved notebook. */
function savedOutputs(notebook: string): any[][] {
  const saved = JSON.parse(readFileSync(path.join(folder, "out", notebook), "utf8"));
  return saved.cells.filter((cell: any) => cell.cell_type === "code").map((cell: any) => cell.outputs);
}

test("a notebook runs through the protocol and is saved with rich outputs", { skip }, async () => {
  const { status, output } = await finish(start("smoke.ipynb"));
  assert.equal(status, 0, output);
  const [table, figure, live, text, settings, nothing] = savedOutputs("smoke.ipynb");

  assert.match(table![0].data["text/html"].join(""), /<table>/);
  assert.match(output, /word {2}reward\n─+ {2}─+\ngood {4}0\.75\n/);

  const drawn = figure!.at(-1);
  assert.equal(drawn.output_type, "execute_result");
  assert.deepEqual(drawn.data["application/vnd.plotly.v1+json"].data, [{ y: [0, 1] }]);
  assert.match(output, /Figure: Score, 1 trace\n/);
  const libraries = [...figure!, ...live!].filter(shown => shown.metadata?.tokenwise?.library);
  assert.equal(libraries.length, findBrowser() ? 0 : 1); // a picture makes it unnecessary
  for (const shown of findBrowser() ? [drawn, live![0]] : []) {
    assert.match(shown.data["image/png"], /^iVBORw0KGgo/);
    assert.match(shown.data["text/html"].join(""), /^<div [^>]*><img [^>]*src="data:image\/png;base64,iVBOR/);
  }

  const [curve, bar, total] = live!;
  assert.deepEqual(curve.data["application/vnd.plotly.v1+json"].data, [{ y: [0, 6] }]);
  assert.match(bar.data["text/plain"].join(""), /^adding {2}3\/3 .* added 3$/);
  assert.deepEqual(total.data["text/plain"], ["6"]);
  assert.match(output, /█+ adding {2}3\/3/);

  const lines = Array.from({ length: 6000 }, (_, line) => `line ${line}\n`);
  assert.deepEqual(
    text!.flatMap(part => part.text),
    lines,
  );
  assert.ok(output.includes(lines.join("")));

  assert.match(settings![0].data["text/plain"].join(""), new RegExp(`quick 7 ${path.join(folder, "out")}`));
  assert.deepEqual(nothing![0].data["text/plain"], ["null"]);
});

test("a failing cell ends the run with its position in TypeScript", { skip }, async () => {
  const { status, output } = await finish(start("failing.ipynb"));
  assert.equal(status, 1);
  assert.match(output, /Cell 2 \(In\[2\]\) failed: RangeError\nRangeError: reward of bad is negative\nIn\[1\]:7:31\n/);
  assert.match(output, / {4}at In\[2\]:4:14\n/);
  assert.doesNotMatch(output, /must not run/);
  const [, failed, after] = savedOutputs("failing.ipynb");
  assert.equal(failed![0].ename, "RangeError");
  assert.deepEqual(after, []);
});

test("Ctrl-C interrupts the cell, saves, and leaves no process behind", { skip }, async () => {
  const child = start("slow.ipynb");
  const sendOnce = (output: string) => {
    if (!child.killed && output.includes("training  0/6000")) child.kill("SIGINT");
  };
  const { status, output } = await finish(child, sendOnce);
  assert.equal(status, 130, output);
  assert.match(output, /saved model\nsaved log\n/);
  assert.doesNotMatch(output, /must not run/);
  const [stopped] = savedOutputs("slow.ipynb");
  assert.equal(stopped!.at(-1).ename, "KeyboardInterrupt");
  const kernelProcess = Number(/kernel process (\d+)/.exec(output)![1]);
  assert.throws(() => process.kill(kernelProcess, 0), /ESRCH/);
});

test("a missing notebook or kernel is said plainly", { skip }, async () => {
  const table = [
    ["nowhere.ipynb", "tokenwise-test", /nowhere\.ipynb: No such file or directory\.\n$/],
    ["smoke.ipynb", "nothing", /No Jupyter kernel named nothing\. Run `npm run setup` to install it\.\n$/],
  ] as const;
  for (const [notebook, kernel, message] of table) {
    const { status, output } = await finish(start(notebook, kernel));
    assert.equal(status, 1);
    assert.match(output, message);
  }
});
