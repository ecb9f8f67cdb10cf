// Data sets by their names on the hub, from a server on this machine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import * as aq from "arquero";
import { readTable, writeTable } from "../../src/tables/read-table";
import { startHub } from "../hub-server";
import { temporaryFolder } from "../temporary";

async function parquet(t: TestContext, ...text: string[]): Promise<Buffer> {
  const file = path.join(temporaryFolder(t), "a.parquet");
  await writeTable(file, aq.table({ text }));
  return readFileSync(file);
}

/** A hub whose data set is in the hub's own Parquet, or as its owner stored it. */
const hubOf = (t: TestContext, files: Record<string, Buffer | string>) => startHub(t, files, "tiny/pairs");

test("split and configuration are asked for by name, shards are one table", async t => {
  const hub = await hubOf(t, {
    "default/train/0000.parquet": await parquet(t, "a"),
    "default/train/0001.parquet": await parquet(t, "b"),
    "default/test/0000.parquet": await parquet(t, "c"),
    "hard/test/0000.parquet": await parquet(t, "d"),
  });
  await assert.rejects(readTable("tiny/pairs"), /tiny\/pairs: it has the splits "test", "train"\. Say which/);
  assert.deepEqual((await readTable("tiny/pairs", { split: "train" })).array("text"), ["a", "b"]);
  assert.deepEqual((await readTable("tiny/pairs", { config: "hard" })).array("text"), ["d"]);
  await assert.rejects(
    readTable("tiny/pairs", { config: "easy" }),
    /it has no config "easy"\. There are "default", "hard"/,
  );
  assert.ok(hub.seen.some(line => line.includes("refs%2Fconvert%2Fparquet")));
  hub.close(); // what was fetched is there without the hub
  assert.deepEqual((await readTable("tiny/pairs", { split: "train" })).array("text"), ["a", "b"]);
});

test("a revision, and a data set that the hub did not convert, have the files of their owner", async t => {
  const hub = await hubOf(t, {
    "README.md": "",
    "data/train.jsonl": '{"text":"x"}\n',
    "data/test.jsonl": '{"text":"y"}\n',
  });
  assert.deepEqual((await readTable("tiny/pairs@v1", { split: "test" })).array("text"), ["y"]);
  assert.deepEqual((await readTable("tiny/pairs", { split: "train", revision: "v1" })).array("text"), ["x"]);
  hub.instead.push([/convert/, (_, response) => response.writeHead(404, { "X-Error-Code": "RevisionNotFound" }).end()]);
  assert.deepEqual((await readTable("tiny/pairs", { split: "train" })).array("text"), ["x"]);
});

test("what is no data set is named", async t => {
  await hubOf(t, { "README.md": "" });
  await assert.rejects(readTable("tiny/pairs"), /the data set has no file of a table\. It has README\.md/);
  await assert.rejects(readTable("tiny/none"), /tiny\/none/);
  await assert.rejects(readTable("tiny/none.csv"), /tiny\/none\.csv: there is no such file/);
});
