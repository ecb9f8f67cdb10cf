import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { runLog } from "../../src/training/run-log";
import { temporaryFile, temporaryFolder } from "../temporary";

const rows = [
  { step: 0, name: "score", value: 1.5, phase: "samples" },
  { step: 0, name: "best", value: 3, phase: "samples" },
  { step: 1, name: "score", value: 2, phase: "samples" },
];

test("options once, a line a row, complete after every add, and the same rows as a table", t => {
  const folder = path.join(temporaryFolder(t), "runs", "first");
  const log = runLog(folder, { seed: 3, objectives: [{ name: "kl", weight: 0.5 }] });
  const lines = () => readFileSync(path.join(folder, "rows.jsonl"), "utf8").split("\n");
  assert.deepEqual(lines(), [""]);
  log.add(rows.slice(0, 2));
  assert.equal(lines().length, 3);
  log.add([]);
  log.add(rows.slice(2));
  assert.deepEqual(
    lines()
      .slice(0, -1)
      .map(line => JSON.parse(line)),
    rows,
  );
  assert.equal(lines().at(-1), "");
  assert.deepEqual(log.table().objects(), rows);
  assert.equal(log.folder, folder);
  assert.deepEqual(JSON.parse(readFileSync(path.join(folder, "options.json"), "utf8")), {
    seed: 3,
    objectives: [{ name: "kl", weight: 0.5 }],
  });
});

test("a new log takes the place of an earlier one in the folder, and leaves other files alone", t => {
  const folder = temporaryFolder(t);
  runLog(folder, { seed: 1 }).add(rows);
  writeFileSync(path.join(folder, "figure.json"), "{}");
  const log = runLog(folder, { seed: 2 });
  assert.equal(readFileSync(path.join(folder, "rows.jsonl"), "utf8"), "");
  assert.match(readFileSync(path.join(folder, "options.json"), "utf8"), /"seed": 2/);
  assert.equal(readFileSync(path.join(folder, "figure.json"), "utf8"), "{}");
  assert.equal(log.table().numRows(), 0);
});

test("a folder that cannot be written is named", t => {
  const file = temporaryFile(t, "taken", "a file");
  const folder = path.join(file, "run");
  assert.throws(
    () => runLog(folder, {}),
    error => {
      const { message, cause } = error as Error;
      assert.ok(
        message.startsWith(`runLog: cannot write to ${folder}: `) &&
          message.endsWith("Choose a folder that can be written."),
      );
      assert.equal((cause as NodeJS.ErrnoException).code, "ENOTDIR");
      return true;
    },
  );
  assert.equal(readFileSync(file, "utf8"), "a file");
});
