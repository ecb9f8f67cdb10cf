import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";
import { mainFile } from "./client";

const python = process.env.TOKENWISE_TEST_PYTHON ?? inRepository(".venv/bin/python");
const hasTests = existsSync(python) && spawnSync(python, ["-c", "import jupyter_kernel_test"]).status === 0;
const skip = hasTests ? false : "no jupyter-kernel-test in .venv: run `npm run setup`";

test("jupyter-kernel-test passes; only the pager, which notebooks do not have, is skipped", { skip }, t => {
  const folder = temporaryFolder(t);
  const specFolder = path.join(folder, "kernels/tokenwise-test");
  mkdirSync(specFolder, { recursive: true });
  const argv = [process.execPath, mainFile, "{connection_file}"];
  const spec = { argv, display_name: "under test", language: "typescript", interrupt_mode: "message" };
  writeFileSync(path.join(specFolder, "kernel.json"), JSON.stringify(spec));
  const { stderr, status } = spawnSync(python, [inRepository("test/kernel/conformance.py")], {
    encoding: "utf8",
    cwd: inRepository("."),
    env: {
      ...process.env,
      KERNEL: "tokenwise-test",
      JUPYTER_PATH: folder,
      JUPYTER_DATA_DIR: folder,
      JUPYTER_RUNTIME_DIR: folder,
    },
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /OK \(skipped=1\)/);
  assert.match(stderr, /test_pager .* skipped/);
});
