// Every notebook, top to bottom in its toy setting. `npm run notebooks` runs the longer ones, with the same checks and
// more.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { selectBackend } from "../src/backend/select";
import { checkNotebook } from "./notebooks/checks";
import { inRepository } from "./repository";
import { temporaryFolder } from "./temporary";

const python = inRepository(".venv", "bin", "python");

/** Why notebooks cannot run here; undefined where they can. */
async function obstacle(): Promise<string | undefined> {
  if (!existsSync(python)) return "no Python environment in .venv: run `npm run setup`";
  const wanted = process.env.TOKENWISE_ENGINE;
  if (wanted && wanted !== "native") return `TOKENWISE_ENGINE is ${wanted}: they take minutes on it`;
  return selectBackend("native").then(
    () => undefined,
    error => error.message,
  );
}

/**
 * Runs a notebook by a kernelspec of its own: the kernel is the one beside this file. Returns the folder of its
 * results.
 */
async function run(notebook: string, folder: string): Promise<string> {
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
  const options = ["--out", out, "--setting", "toy", "--kernel", "tokenwise-test"];
  const child = spawn(python, [runner, inRepository("notebooks", notebook), ...options], {
    env: { ...process.env, JUPYTER_PATH: folder, JUPYTER_DATA_DIR: folder },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", chunk => (output += chunk));
  const status = await new Promise(resolve => child.on("close", resolve));
  assert.equal(status, 0, output.slice(-4000));
  return out;
}

for (const notebook of readdirSync(inRepository("notebooks")).filter(name => name.endsWith(".ipynb")))
  test(`${notebook} runs top to bottom in its toy setting`, async t => {
    const reason = await obstacle();
    if (reason) return t.skip(reason);
    await checkNotebook(notebook, await run(notebook, temporaryFolder(t)), "toy");
  });
