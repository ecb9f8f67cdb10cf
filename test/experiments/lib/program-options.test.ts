// The command lines of programs: help, and unknown options.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { inRepository } from "../../repository";

function run(file: string, ...args: string[]) {
  return spawnSync(process.execPath, [inRepository(file), ...args], { encoding: "utf8" });
}

test("programs and benchmarks list their options, and name an unknown one", () => {
  const { status, stdout } = run("dist/experiments/synthetic/grid.js", "--help");
  assert.equal(status, 0);
  assert.match(
    stdout,
    /^npm run synthetic[\s\S]*--lists VALUE +preference lists to learn from \(default 50,200,1000\)/,
  );
  const wrong = run("dist/experiments/synthetic/grid.js", "--sead", "1");
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /Unknown option '--sead'[\s\S]*--seeds VALUE/);
  assert.match(run("scripts/bench.mjs", "--help").stdout, /Runs a benchmark, or all of them: guidance, interrupts, /);
  assert.match(run("scripts/bench.mjs", "none").stderr, /There is no benchmark none\.[\s\S]*guidance, interrupts, /);
});
