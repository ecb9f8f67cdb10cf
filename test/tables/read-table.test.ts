import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as aq from "arquero";
import { readTable, writeTable } from "../../src/tables/read-table";
import { inRepository } from "../repository";
import { temporaryFile, temporaryFolder } from "../temporary";

const flat = aq.table({
  list: Int32Array.of(0, 0, 1),
  text: ["plain", 'said "so",\n\tthen left', "ΑΩ 😀"],
  score: Float64Array.of(1.5, Number.NaN, -3),
  tie: [true, false, false],
});
const messages = [
  [
    { role: "user", content: "hi" },
    { role: "assistant", content: "ho" },
  ],
  [],
  [{ role: "user", content: "" }],
];
const nested = flat.assign(aq.table({ messages, ids: [[1, 2], [3], []] }));

for (const ending of ["csv", "tsv", "jsonl", "parquet", "arrow"])
  test(`a table comes back from .${ending}`, async t => {
    const table = ending.endsWith("sv") ? flat : nested;
    const file = path.join(temporaryFolder(t), "new", `a.${ending}`);
    await writeTable(file, table);
    const back = await readTable(file);
    assert.deepEqual(back.objects(), table.objects());
    assert.ok(ArrayBuffer.isView(back.data().list) && ArrayBuffer.isView(back.data().score));
    assert.deepEqual(readdirSync(path.dirname(file)), [`a.${ending}`]);
    const some = await readTable(file, { columns: ["score", "text"] });
    assert.deepEqual(some.columnNames(), ["score", "text"]);
    await assert.rejects(
      readTable(file, { columns: ["nothing"] }),
      /there is no column "nothing"\. The file has list, t/,
    );
  });

for (const ending of ["csv", "jsonl", "parquet", "arrow"])
  test(`.${ending} holds the rows that a filter leaves, in their order`, async t => {
    const file = path.join(temporaryFolder(t), `a.${ending}`);
    await writeTable(file, flat.filter((row: any) => row.score !== 1.5).orderby(aq.desc("list")));
    assert.deepEqual((await readTable(file)).array("text"), ["ΑΩ 😀", 'said "so",\n\tthen left']);
  });

test("many groups of rows, and missing texts", async t => {
  const rows = Array.from({ length: 2500 }, (_, i) => i);
  const table = aq.table({ i: Float64Array.from(rows), text: rows.map(i => (i % 7 === 0 ? null : `text ${i % 50}`)) });
  for (const ending of ["parquet", "arrow"]) {
    const file = path.join(temporaryFolder(t), `a.${ending}`);
    await writeTable(file, table);
    assert.deepEqual((await readTable(file)).objects(), table.objects());
  }
});

test("Parquet: records with missing fields keep their structure, what is of no one form is JSON", async t => {
  const file = path.join(temporaryFolder(t), "a.parquet");
  const table = aq.table({
    records: [{ a: 1, b: [{ c: "x" }] }, null, { a: 2.5, b: null }],
    mixed: [1, "one", [1]],
    empty: [{}, { a: 1 }, null],
    none: [null, null, null],
  });
  await writeTable(file, table);
  assert.deepEqual((await readTable(file)).objects(), table.objects());
});

for (const ending of ["parquet", "arrow"])
  test(`pairs of conversations as pyarrow writes them, .${ending}`, async () => {
    const table = await readTable(inRepository("test", "tables", "files", `pairs.${ending}`));
    assert.deepEqual(table.object(1), {
      prompt: "q2",
      chosen: [
        { content: "q2", role: "user" },
        { content: "bé😀", role: "assistant" },
      ],
      rejected: [
        { content: "q2", role: "user" },
        { content: "y", role: "assistant" },
      ],
      score_chosen: Number.NaN,
      score_rejected: 2,
      ids: [3],
      flag: null,
      d: "u",
    });
    assert.deepEqual(table.array("score_rejected"), [1, 2, 3]);
    assert.deepEqual(table.array("ids"), [[1, 2], [3], []]);
  });

test("names, and files that are not what they say", async t => {
  await assert.rejects(readTable("a.xlsx"), /readTable: "a\.xlsx" has no known extension\. Use one of \.csv/);
  await assert.rejects(writeTable("a", flat), /writeTable: "a" has no known extension/);
  await assert.rejects(readTable("/nowhere/a.csv"), {
    message: "/nowhere/a.csv: there is no such file. Check the path.",
  });
  await assert.rejects(
    readTable(temporaryFile(t, "a.parquet", "PAR0")),
    /^Error: a\.parquet: it cannot be read as Parquet/,
  );
  await assert.rejects(readTable(temporaryFile(t, "a.arrow", "")), /^Error: a\.arrow: it cannot be .* \(it is empty\)/);
  await assert.rejects(readTable(temporaryFile(t, "a.arrow", "abc")), /^Error: a\.arrow: it cannot be read as Arrow/);
  const folder = temporaryFolder(t);
  await assert.rejects(
    writeTable(path.join(folder, "a.csv"), nested),
    /writeCsv: the column "messages" holds lists or records\. Write \.jsonl/,
  );
  assert.deepEqual(readdirSync(folder), []); // nothing half-written
});
