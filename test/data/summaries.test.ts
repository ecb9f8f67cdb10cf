import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as aq from "arquero";
import { aclsum } from "../../data/aclsum";
import { loadSummaries } from "../../data/summaries";
import { writeTable } from "../../src/tables/read-table";
import { startHub } from "../hub-server";
import { temporaryFile, temporaryFolder } from "../temporary";

const paper = (id: string) => ({
  id,
  title: `Title of ${id}`,
  summary: { challenge: "It is hard.", approach: "They try.", outcome: "It works." },
  sentences: { abstract: ["One.", "Two ( 2 , 50 % ) ."], introduction: ["Long."], conclusion: ["Done."] },
});
const lines = (...rows: object[]) => rows.map(row => JSON.stringify(row)).join("\n");

test("ACLSum: a row a paper and aspect, a sentence a line", t => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "val.jsonl"), lines(paper("P1"), paper("P2")));
  const all = aclsum("val", { folder });
  assert.equal(all.numRows(), 6);
  assert.deepEqual(all.object(1), {
    id: "P1/approach",
    paper: "P1",
    aspect: "approach",
    title: "Title of P1",
    document: "One.\nTwo (2, 50%).\nDone.",
    summary: "They try.",
  });
  const some = aclsum("val", { folder, aspects: ["outcome"], sections: ["introduction"] });
  assert.deepEqual([some.array("summary"), some.get("document", 0)], [["It works.", "It works."], "Long."]);
});

test("ACLSum: missing files name the set-up, malformed lines are named", t => {
  const folder = temporaryFolder(t);
  assert.throws(() => aclsum("test", { folder }), /no such file. Run `npm run setup`/);
  writeFileSync(path.join(folder, "val.jsonl"), lines(paper("P1"), { ...paper("P2"), sentences: {} }));
  assert.throws(() => aclsum("val", { folder }), /val.jsonl:2: the paper has no sentences of its abstract/);
});

test("three files of one's own, of different formats", async t => {
  const folder = temporaryFolder(t);
  const table = aq.table({ text: ["A long text.", "B long text.", ""], title: ["A", "B", "C"] });
  const file = (name: string) => path.join(folder, name);
  const files = { train: file("a.jsonl"), valid: file("b.csv"), test: file("c.parquet") };
  for (const name of Object.values(files)) await writeTable(name, table);
  const columns = { document: "text", summary: "title" };
  await assert.rejects(loadSummaries(files, columns), /row 0 of valid has a document that is in test too/);
  const dropped = await loadSummaries(files, { ...columns, shared: "drop" });
  assert.deepEqual(
    [dropped.train, dropped.valid, dropped.test].map(part => part.numRows()),
    [0, 0, 2],
  );
  const {
    train,
    valid,
    test: held,
    reports,
  } = await loadSummaries(files, {
    ...{ ...columns, shared: "keep", rows: { train: 1 } },
  });
  assert.deepEqual([reports.train.shared, reports.valid.shared, reports.test.shared], [2, 2, 0]);
  assert.deepEqual(
    [train, valid, held].map(part => part.array("summary")),
    [["A"], ["A", "B"], ["A", "B"]],
  );
  assert.deepEqual(reports.valid.emptyDocuments, 1);
});

test("one file is split by its seed", async t => {
  const rows = Array.from({ length: 10 }, (_, i) => ({ document: `document ${i}`, summary: `s${i}` }));
  const file = temporaryFile(t, "all.jsonl", lines(...rows));
  const split = { valid: 2, test: 3, seed: 1 };
  const loaded = await loadSummaries(file, { split });
  assert.deepEqual(
    [loaded.train, loaded.valid, loaded.test].map(part => part.numRows()),
    [5, 2, 3],
  );
  assert.equal(loaded.reports.file.rows, 10);
  await assert.rejects(loadSummaries(file), /is one file. Say in `split` how to divide it/);
  const parts = ["validation"] as unknown as ["valid"];
  await assert.rejects(loadSummaries("aclsum", { parts }), /parts\[0\] is "validation"\. .*train, valid, test/);
  await assert.rejects(loadSummaries("cnn"), /"cnn" is one file|has no known extension/);
});

test("CNN/DM and XSum from the hub, part by part", async t => {
  const folder = temporaryFolder(t);
  const shard = async (name: string, columns: Record<string, string[]>) => {
    await writeTable(path.join(folder, name), aq.table(columns));
    return readFileSync(path.join(folder, name));
  };
  const one = await shard("one.parquet", { article: ["First story."], highlights: ["First ."], id: ["x1"] });
  const two = await shard("two.parquet", { article: ["Second story."], highlights: ["Second ."], id: ["x2"] });
  const files = {
    "3.0.0/train/0000.parquet": one,
    "3.0.0/train/0001.parquet": two,
    "3.0.0/validation/0000.parquet": two,
  };
  const hub = await startHub(t, files, "abisee/cnn_dailymail");
  const { train, valid, test: held } = await loadSummaries("cnn-dailymail", { parts: ["train"] });
  assert.deepEqual(train.objects(), [
    { id: "x1", document: "First story.", summary: "First ." },
    { id: "x2", document: "Second story.", summary: "Second ." },
  ]);
  assert.deepEqual([valid.numRows(), held.numRows()], [0, 0]);
  assert.ok(!hub.seen.some(line => line.includes("validation")));
  await assert.rejects(
    loadSummaries("xsum", { parts: ["test"] }),
    /EdinburghNLP\/xsum@refs\/convert\/parquet: .* no such data set/,
  );
});
