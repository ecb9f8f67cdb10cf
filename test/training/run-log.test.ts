import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import type { TrainingCheckpoint } from "../../src/training/checkpoint";
import { readRunLog, runLog } from "../../src/training/run-log";
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

test("rows with more than the first has keep it in the table", t => {
  const log = runLog<{ step: number; name: string; value: number; phase?: string }>(temporaryFolder(t), {});
  const plain = { step: 0, name: "loss", value: 1 };
  log.add([plain, { ...plain, phase: "policy" }]);
  for (const table of [log.table(), readRunLog(log.folder).table])
    assert.deepEqual(table.array("phase"), [undefined, "policy"]);
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

const completion = {
  ...{ step: 1, prompt: "", text: " good.", tokens: [" good", "."], rewards: [0.5, 0.25], score: 2 },
};

test("what a kill tore off is dropped in reading; another damaged line is named", t => {
  const folder = temporaryFolder(t);
  const log = runLog(folder, {});
  log.add([...rows, { step: 2, name: "spearman", value: Number.NaN, phase: "samples" }]);
  log.addCompletions([completion]);
  assert.deepEqual(log.completions().objects(), [completion]);
  const file = path.join(folder, "rows.jsonl");
  appendFileSync(file, '{"step":3,"name":"sco');
  const read = readRunLog(folder);
  assert.deepEqual(read.table.objects(), log.table().objects());
  assert.deepEqual(read.completions.objects(), [completion]);
  appendFileSync(file, '\n{"step":4,"name":"score","value":1}\n');
  assert.throws(() => readRunLog(folder), /rows\.jsonl:5: the line is not JSON\. Delete the line, or the file\./);
  assert.throws(() => readRunLog(path.join(folder, "none")), /readRunLog: there is no rows\.jsonl in .*none/);
});

test("resumed: what came up to the checkpoint stays, the rest comes again", t => {
  const folder = temporaryFolder(t);
  const log = runLog(folder, {});
  log.add(rows);
  log.addCompletions([completion, { ...completion, step: 2 }]);
  appendFileSync(path.join(folder, "rows.jsonl"), '{"torn');
  const at = (rows: number, completions: number) => ({ resume: { rows, completions } as TrainingCheckpoint });
  const again = runLog(folder, {}, at(2, 1));
  again.add(rows.slice(1));
  assert.deepEqual(again.table().objects(), [...rows.slice(0, 2), ...rows.slice(1)]);
  assert.deepEqual(readRunLog(folder).table.objects(), again.table().objects());
  assert.deepEqual(readRunLog(folder).completions.objects(), [completion]);
  assert.throws(
    () => runLog(folder, {}, at(5, 0)),
    /runLog: .*rows\.jsonl holds 4 records, the checkpoint came after 5\./,
  );
});

test("an event file: the bytes that TensorBoard reads, one file a log", t => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_500 });
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "events.out.tfevents.1.other"), "");
  const events = () => readdirSync(folder).filter(name => name.endsWith(".tokenwise"));
  const log = runLog(folder, {}, { tensorBoard: true });
  log.add([{ step: 300, name: "loss", value: 1.25, phase: "policy" } as (typeof rows)[number]]);
  const [name] = events();
  assert.match(name, /^events\.out\.tfevents\.1700000000\..*\.tokenwise$/);
  // tensorboard 2.21 writes the same bytes for these two events.
  assert.equal(
    readFileSync(path.join(folder, name)).toString("hex"),
    "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110220000000000000078113dfd0900002040fc54d94110ac022a140a120a0b706f6c6963792f6c6f7373150000a03f5fed383d",
  );
  t.mock.timers.tick(5000);
  runLog(folder, {}, { tensorBoard: true, resume: { rows: 1, completions: 0 } as TrainingCheckpoint });
  assert.equal(events().length, 1);
  assert.notEqual(events()[0], name);
  assert.equal(readdirSync(folder).filter(name => name.includes("tfevents")).length, 2);
});

test("an event file takes no step that is none", t => {
  const log = runLog<{ step: number; name: string; value: number }>(temporaryFolder(t), {}, { tensorBoard: true });
  for (const step of [Number.NaN, -1, 0.5])
    assert.throws(() => log.add([{ step, name: "loss", value: 1 }]), /runLog: step is/);
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
