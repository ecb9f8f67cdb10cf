import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";
import { toBundle } from "../../../kernel/values/mime";
import type { MimeBundle } from "../../../kernel/values/mime-bundle";
import { meanTokens } from "../../../src/guidance/aggregate";
import { kl } from "../../../src/objectives/kl";
import { runLog } from "../../../src/training/run-log";
import { temporaryFolder } from "../../temporary";

const text = (value: unknown): string => String((toBundle(value) as MimeBundle).data["text/plain"]);

test("objectives and aggregates are shown by name and options", () => {
  assert.equal(text(meanTokens()), "meanTokens { lengthScaled: true }  apply()");
  assert.match(text(kl()), /^kl \{\s.*on: 'samples'.*weight: 1.*\s\} {2}loss\(\)$/s);
});

test("a record without a name, or without functions, is any other value", () => {
  assert.equal(text({ name: "a" }), "{ name: 'a' }");
  assert.equal(text({ n: 1, apply() {} }), "{ n: 1, apply: [Function: apply] }");
});

test("a run log tells where its quantities stand", t => {
  const folder = path.join(temporaryFolder(t), "run");
  const log = runLog(folder, {});
  const row = (step: number, name: string, value: number) => ({ step, evaluations: 0, phase: "policy", name, value });
  log.add([row(1, "loss", 2), row(1, "score", 5)]);
  log.add([row(2, "loss", 1.5)]);
  assert.deepEqual(text(log).split("\n"), [
    `Run log ${folder}: 3 rows, 0 completions`,
    "phase   name   last step  last value",
    "──────  ─────  ─────────  ──────────",
    "policy  loss           2         1.5",
    "policy  score          1           5",
  ]);
});
