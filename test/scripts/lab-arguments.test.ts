import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { inRepository } from "../repository";
import { temporaryFolder } from "../temporary";

const { labArguments } = require(inRepository("scripts/lib/jupyter/lab-arguments.mjs"));

test("npm run lab takes a folder, a notebook and options of JupyterLab", t => {
  const from = temporaryFolder(t);
  mkdirSync(path.join(from, "course"));
  writeFileSync(path.join(from, "course", "one.ipynb"), "{}");
  const repo = path.join(from, "repo");
  const main = path.join(repo, "notebooks/04-prompt-generation.ipynb");
  const course = path.join(from, "course");
  const table: [given: string[], root: string, rest: string[]][] = [
    [[], repo, [main]],
    [["--no-browser"], repo, [main, "--no-browser"]],
    [["course"], course, []],
    [[course, "--port=1"], course, ["--port=1"]],
    [["course/one.ipynb"], course, [path.join(course, "one.ipynb")]],
  ];
  for (const [given, root, rest] of table) {
    const [lab, ...args] = labArguments(given, { repo, from });
    assert.equal(lab, "lab");
    assert.ok(args.includes(`--ServerApp.root_dir=${root}`), `${given}: ${args}`);
    assert.ok(args.includes("--ZMQChannelsWebsocketConnection.limit_rate=False"));
    assert.deepEqual(args.slice(4), rest, String(given));
  }
});
