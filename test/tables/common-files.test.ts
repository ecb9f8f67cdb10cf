// Files as people have them: what other programs write, packed, cut up, with what does not belong there.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import * as aq from "arquero";
import { fewShot } from "../../src/tables/few-shot";
import { warnIfLarge } from "../../src/tables/fits";
import { readTable, writeTable } from "../../src/tables/read-table";
import { inRepository } from "../repository";
import { temporaryFile, temporaryFolder } from "../temporary";

const read = async (t: TestContext, name: string, content: string | Uint8Array, options = {}) =>
  (await readTable(temporaryFile(t, name, content), options)).objects();

/** The warnings of what is done. */
async function warnings(t: TestContext, work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  t.mock.method(process, "emitWarning", (text: string) => seen.push(text));
  await work();
  return seen;
}

const ours = (name: string) => inRepository("test", "tables", "files", name);

for (const name of ["lz4.feather", "zstd.feather", "polars.arrow", "zstd.parquet", "lz4.parquet", "brotli.parquet"])
  test(`${name}, as pyarrow or polars writes it`, async () => {
    const table = await readTable(ours(name));
    assert.deepEqual(table.columnNames(), ["tool", "prompt", "answer", "judge", "score"]);
    assert.deepEqual(table.array("tool"), new Array(6).fill(null));
    assert.deepEqual(table.array("judge"), ["Ada", "Ben", "Ada", "Ben", "Ada", "Ben"]);
    assert.deepEqual(Array.from(table.array("score")), [1.5, Number.NaN, 3, 4, 5, 6]);
    assert.deepEqual(table.get("answer", 5), [
      { role: "assistant", content: "no ".repeat(200), name: null },
      { role: "user", content: "Why?", name: null },
    ]);
  });

test("an Arrow stream whose second batch brings another dictionary", async () => {
  assert.deepEqual((await readTable(ours("dictionaries.arrow"))).array("judge"), ["Ada", "Ben", "Cy", "Ada"]);
});

test("damaged Arrow files are refused at once, by name", async t => {
  const whole = readFileSync(ours("polars.arrow"));
  const start = Date.now();
  for (let seed = 1, k = 0; k < 150; k++) {
    const bytes = Buffer.from(whole);
    const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let i = 0; i < 3; i++) bytes[next(bytes.length)] = next(256);
    await readTable(temporaryFile(t, "a.arrow", bytes)).catch(error => assert.match(error.message, /^a\.arrow: /));
  }
  assert.ok(Date.now() - start < 20_000);
});

test("big-endian Arrow is refused", async () => {
  // A stream whose schema has its first field, the order of bytes, set to another value than 0.
  await assert.rejects(readTable(ours("big-endian.arrow")), /it cannot be read as Arrow \(its numbers are big-/);
});

test("files that will not fit are told before they are read", t => {
  const seen: string[] = [];
  t.mock.method(process, "emitWarning", (text: string) => seen.push(text));
  const files = [temporaryFile(t, "a.csv", "x".repeat(1000)), temporaryFile(t, "b.csv", "x".repeat(1000))];
  warnIfLarge(files, { free: 1e9, heap: 1e9 });
  warnIfLarge(files, { free: 4000, heap: 1e9 });
  assert.equal(seen.length, 1);
  assert.match(seen[0], /^a\.csv and 1 more: as a table it may take .* are free.*auditFiles/);
});

test("columns of one name are refused, columns without a name get one, in every format", async t => {
  const doubled = /: two columns are named "text"\. Rename one\./;
  await assert.rejects(readTable(ours("doubled.parquet")), doubled);
  await assert.rejects(readTable(ours("doubled.arrow")), doubled);
  await assert.rejects(read(t, "a.csv", "text,text\na,b\n"), /a\.csv:1: two columns are named "text"/);
  await assert.rejects(
    read(t, "a.jsonl", '{"b":1}\n{"a":"x","a":"y"}\n'),
    /a\.jsonl:2: the record has the key "a" twice/,
  );
  await assert.rejects(read(t, "a.json", '[{"a":{"b":1},"c":"\\"a\\":","a":2}]'), /has the key "a" twice/);
  assert.deepEqual(await read(t, "a.jsonl", '{"a":{"a":1},"b":"\\"b\\": a"}'), [{ a: { a: 1 }, b: '"b": a' }]);
  const seen = await warnings(t, async () => {
    assert.deepEqual(await read(t, "a.csv", ",a,\n0,x,p\n"), [{ column_1: 0, a: "x", column_3: "p" }]);
    assert.deepEqual(await read(t, "b.jsonl", '{"":1,"a":2}'), [{ column_1: 1, a: 2 }]);
  });
  assert.match(seen[0], /^a\.csv:1: column 1 has no name\. It is read as "column_1"\./);
  assert.equal(seen.length, 3);
});

test("JSON: a list, columns, a list under a key, records by keys, what pandas writes", async t => {
  const rows = [
    { chosen: "a", rejected: "b" },
    { chosen: "c", rejected: "d" },
  ];
  const forms = {
    list: rows,
    columns: { chosen: ["a", "c"], rejected: ["b", "d"] },
    index: { chosen: { 0: "a", 1: "c" }, rejected: { 0: "b", 1: "d" } },
    split: {
      columns: ["chosen", "rejected"],
      index: [0, 1],
      data: [
        ["a", "b"],
        ["c", "d"],
      ],
    },
    under: { data: rows },
  };
  for (const [name, form] of Object.entries(forms))
    for (const indent of [undefined, 2])
      assert.deepEqual(await read(t, `${name}.json`, `\ufeff${JSON.stringify(form, null, indent)}\n\n`), rows, name);
  assert.deepEqual(await read(t, "keys.json", '{"q1":{"chosen":"a"},"q2":{"chosen":"b"}}'), [
    { key: "q1", chosen: "a" },
    { key: "q2", chosen: "b" },
  ]);
  assert.deepEqual(await read(t, "lines.json", rows.map(row => JSON.stringify(row)).join("\n")), rows);
  const one = { chosen: [{ role: "user", content: "x" }], rejected: [{ role: "user", content: "y" }] };
  assert.deepEqual(await read(t, "one.json", JSON.stringify(one, null, 1)), [one]);
  const seen = await warnings(t, () => read(t, "more.json", JSON.stringify({ version: 1, data: rows })));
  assert.match(seen[0], /more\.json: the records are taken from "data"/);
});

test("JSON that is damaged is named by line", async t => {
  await assert.rejects(read(t, "a.json", '[{"a":1},\n{"a":2'), /a\.json:2: the record is never closed/);
  await assert.rejects(read(t, "a.json", '[{"a":1}\n{"a":2}]'), /a\.json:2: expected a comma or the end/);
  await assert.rejects(read(t, "a.json", '[{"a":1},\n\n2]'), /a\.json:3: expected a JSON object, found 2/);
  await assert.rejects(read(t, "a.json", '[{"a":1}]\n[]'), /a\.json:2: there is something behind the end/);
  await assert.rejects(read(t, "a.json", '[{"a":1}'), /a\.json:1: the list is never closed/);
  await assert.rejects(read(t, "a.json", "[]"), /a\.json: its list is empty/);
  await assert.rejects(read(t, "a.json", '{"a":[1],"b":[1,2]}'), /"a" has 1 values, "b" has 2/);
});

test("JSON Lines: blank lines, Python's NaN, integers of all lengths", async t => {
  const lines =
    '\n{"id":9007199254740993,"x":NaN,"text":"NaN 12345678901234567 \\" "}\n \r\n{"id":4,"x":-Infinity}\n\n';
  assert.deepEqual(await read(t, "a.jsonl", lines), [
    { id: 9007199254740993n, x: Number.NaN, text: 'NaN 12345678901234567 " ' },
    { id: 4n, x: -Infinity, text: null },
  ]);
});

test("JSON Lines whose lines have keys of their own take time linear in their size", async t => {
  const lines = (n: number) => Array.from({ length: n }, (_, i) => `{"q${i}":{"chosen":"a"}}`).join("\n");
  const start = Date.now();
  const table = await readTable(temporaryFile(t, "a.jsonl", lines(30_000)));
  assert.deepEqual([table.numRows(), table.numCols()], [30_000, 30_000]);
  assert.deepEqual(table.get("q7", 7), { chosen: "a" });
  assert.equal(table.get("q7", 8), undefined);
  assert.ok(Date.now() - start < 10_000);
});

test("CSV: separators, sep=, blank lines, truth values, JSON and ids in cells", async t => {
  const pair = [{ chosen: "a, b", rejected: "c" }];
  assert.deepEqual(await read(t, "a.csv", "chosen;rejected\na, b;c\n"), pair);
  assert.deepEqual(await read(t, "a.csv", "chosen\trejected\na, b\tc\n"), pair);
  assert.deepEqual(await read(t, "a.csv", "sep=|\r\nchosen|rejected\r\na, b|c\r\n"), pair);
  assert.deepEqual(await read(t, "a.csv", '"chosen";rejected\n\n"a, b";c\n\n\n'), pair);
  assert.deepEqual(await read(t, "a.csv", '"chosen, best",rejected;x\na,b\n'), [
    { "chosen, best": "a", "rejected;x": "b" },
  ]);
  await assert.rejects(read(t, "a.csv", "a;b,c\n1;2,3\n"), /may be separated by "," or ";"\. Say which: .*separator/);
  assert.deepEqual(await read(t, "a.csv", "a;b,c\n1;2,3\n", { separator: ";" }), [{ a: 1, "b,c": "2,3" }]);
  assert.deepEqual(await read(t, "a.csv", "x,y\nTRUE,true\nFALSE,\n"), [
    { x: true, y: true },
    { x: false, y: null },
  ]);
  const cells = 'x,y\n"[{""role"":""user"",""content"":""a""}]",[see]\n,[1]\n';
  assert.deepEqual(await read(t, "a.csv", cells), [
    { x: [{ role: "user", content: "a" }], y: "[see]" },
    { x: null, y: "[1]" },
  ]);
  await assert.rejects(read(t, "a.csv", 'x\n"{""a"":1}"\n{"a"\n'), /a\.csv:3/);
  assert.equal(((await read(t, "a.csv", 'x,y\n"{""a"":1}",2\n', { types: { x: "text" } })) as any)[0].x, '{"a":1}');
  assert.deepEqual(await read(t, "a.csv", "id,n\n9007199254740993,9007199254740991\n"), [
    { id: "9007199254740993", n: 9007199254740991 },
  ]);
});

test("packed files; pointers of Git LFS; UTF-16", async t => {
  const rows = [{ a: "x" }, { a: "y" }];
  const files = { "a.jsonl.gz": '{"a":"x"}\n{"a":"y"}', "a.csv.gz": "a\nx\ny\n", "a.json.gz": JSON.stringify(rows) };
  for (const [name, content] of Object.entries(files))
    assert.deepEqual(await read(t, name, gzipSync(content)), rows, name);
  await assert.rejects(read(t, "a.csv.gz", "a\nx\n"), /a\.csv\.gz: it cannot be unpacked \(incorrect header check\)/);
  await assert.rejects(read(t, "a.csv.gz", gzipSync("a\nx\n").subarray(0, 15)), /a\.csv\.gz: it cannot be unpacked/);
  await assert.rejects(writeTable("a.csv.gz", aq.table({ a: [1] })), /"a\.csv\.gz" is of a kind that is only read/);
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
  for (const ending of ["csv", "json", "jsonl.gz", "parquet", "arrow"])
    await assert.rejects(read(t, `a.${ending}`, pointer), /it is a pointer of Git LFS, not the data\. .*git lfs pull/);
  await assert.rejects(read(t, "a.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le")), /a\.csv: it is UTF-16/);
});

test("64-bit ids survive every format", async t => {
  const ids = [1234567890123456789n, 1234567890123456788n, null];
  const table = aq.table({ id: ids, text: ["a", "b", "c"] });
  for (const ending of ["jsonl", "parquet", "arrow"]) {
    const file = path.join(temporaryFolder(t), `a.${ending}`);
    await writeTable(file, table);
    assert.deepEqual((await readTable(file)).array("id"), ids, ending);
  }
  const csv = path.join(temporaryFolder(t), "a.csv");
  await writeTable(csv, table);
  assert.deepEqual((await readTable(csv)).array("id"), [...ids.slice(0, 2).map(String), ""]);
  const parquet = path.join(temporaryFolder(t), "a.parquet");
  await assert.rejects(writeTable(parquet, aq.table({ id: [2n ** 70n] })), /has more than 64 bits\. Make it a text/);
  await assert.rejects(writeTable(parquet, aq.table({ id: [2n ** 60n + 1n, "x"] })), /beside values of other kinds/);
});

test("shards are one table, in the order of their numbers", async t => {
  const folder = temporaryFolder(t);
  const write = (name: string, content: string) => writeFileSync(path.join(folder, name), content);
  for (const i of [10, 2, 1]) write(`part-${i}.csv`, `id,text\n${i},t${i}\n`);
  const table = await readTable(path.join(folder, "part-*.csv"));
  assert.deepEqual(Array.from(table.array("id")), [1, 2, 10]);
  write("part-11.csv", "id,text\nx,7\n");
  await assert.rejects(
    readTable(path.join(folder, "part-*.csv")),
    /part-11\.csv: "id" is text here and numbers in part-1/,
  );
  const texts = { types: { id: "text", text: "text" } as const };
  assert.deepEqual((await readTable(path.join(folder, "part-1?.csv"), texts)).array("id"), ["10", "x"]);
  write("part-12.csv", "id,more\n1,2\n");
  await assert.rejects(
    readTable(path.join(folder, "part-1*.csv"), texts),
    /part-12\.csv: there is no column "text"|has no column "text"/,
  );
  await assert.rejects(readTable(path.join(folder, "no-*.csv")), /no file matches the pattern/);
  mkdirSync(path.join(folder, "deep", "er"), { recursive: true });
  write("deep/er/a.jsonl", '{"id":1}');
  write("deep/b.jsonl", '{"id":2}');
  assert.deepEqual(Array.from((await readTable(path.join(folder, "**/*.jsonl"))).array("id")), [2, 1]);
});

test("folders: a saved data set, one with splits, tables by split", async t => {
  const folder = temporaryFolder(t);
  const write = (name: string, content: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  };
  write("saved/dataset_dict.json", '{"splits":["train","test"]}');
  for (const split of ["train", "test"]) {
    const files = ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"];
    write(`saved/${split}/state.json`, JSON.stringify({ _data_files: files.map(filename => ({ filename })) }));
    for (const [i, file] of files.entries())
      await writeTable(path.join(folder, "saved", split, file), aq.table({ id: [i], split: [split] }));
  }
  const saved = path.join(folder, "saved");
  await assert.rejects(
    readTable(saved),
    /its splits are train, test\. Say which: readTable\(folder, \{ split: "train" \}\)/,
  );
  assert.deepEqual((await readTable(saved, { split: "test" })).objects(), [
    { id: 0, split: "test" },
    { id: 1, split: "test" },
  ]);
  assert.equal((await readTable(path.join(saved, "train"))).numRows(), 2);
  write("loose/train-00000-of-00001.jsonl", '{"id":1}');
  write("loose/test-00000-of-00001.jsonl", '{"id":2}');
  const loose = path.join(folder, "loose");
  await assert.rejects(readTable(loose), /it has the splits "test", "train"/);
  assert.deepEqual((await readTable(loose, { split: "train" })).objects(), [{ id: 1 }]);
  await assert.rejects(readTable(loose, { split: "dev" }), /it has no split "dev"\. There are "test", "train"/);
  await assert.rejects(readTable(temporaryFolder(t)), /there is no table in this folder/);
  await assert.rejects(readTable(path.join(loose, "train-00000-of-00001.jsonl"), { split: "train" }), /has no split/);
});

test("labels that a file has as numbers", () => {
  const table = aq.table({ label: [0, 1, 0, 1, 0, 1], text: ["a", "b", "c", "d", "e", "f"] });
  assert.equal(fewShot(table, { shots: 1, split: 0, classes: ["0", "1"] }).train.numRows(), 2);
});
