// Audits and numbers by DuckDB are those of the tables in memory.

import assert from "node:assert/strict";
import * as path from "node:path";
import { type TestContext, test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../../src/core/random";
import { audit } from "../../../src/preferences/audit";
import { auditFiles } from "../../../src/preferences/duck/audit-files";
import { numberFiles } from "../../../src/preferences/duck/number-files";
import { fromPairs } from "../../../src/preferences/from-pairs";
import { numberLists } from "../../../src/preferences/number-lists";
import { readTable, writeTable } from "../../../src/tables/read-table";
import { temporaryFolder } from "../../temporary";

const lacking = (() => {
  try {
    require.resolve("@duckdb/node-api");
    return false;
  } catch {
    return "DuckDB is not installed";
  }
})();

/** Pairs of few texts, so that ties, repetitions, contradictions, identical texts and cycles all occur. */
function pairs(rows: number, seed: number): aq.ColumnTable {
  const rng = seeded(seed);
  const texts = ["a", "longer", "the longest of them", "é", "😀😀", 'it\'s "so"', "b\nc", ""];
  const column = <T>(of: () => T): T[] => Array.from({ length: rows }, of);
  const text = () => texts[rng.integer(texts.length)];
  return aq.table({
    prompt: column(() => ["p", "q", "😀 r"][rng.integer(3)]),
    chosen: column(text),
    rejected: column(text),
    score_chosen: Float64Array.from(column(() => (rng.integer(9) === 0 ? Number.NaN : rng.integer(5)))),
    score_rejected: Float64Array.from(column(() => rng.integer(5))),
    margin: Float64Array.from(column(() => (rng.integer(3) === 0 ? rng.integer(9) / 4 : Number.NaN))),
    tie: column(() => rng.integer(6) === 0),
  });
}

/** Records of an audit that can be compared: tables as rows, numbers to eleven digits. */
const plain = (value: unknown): unknown => {
  if (typeof value === "number") return Number.isFinite(value) ? Number(value.toPrecision(11)) : String(value);
  if (typeof value !== "object" || value === null) return value;
  if ("numRows" in value) return plain((value as aq.ColumnTable).objects());
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
};
const sortedCycles = (found: any) => ({
  ...found,
  cycles: {
    ...found.cycles,
    table: found.cycles.table.objects().sort((a: any, b: any) => (a.prompt < b.prompt ? -1 : 1)),
  },
}); // a list has one order

async function shards(t: TestContext, table: aq.ColumnTable, ending: string): Promise<string> {
  const folder = temporaryFolder(t);
  const half = table.numRows() >> 1;
  for (const [i, part] of [table.slice(0, half), table.slice(half)].entries())
    await writeTable(path.join(folder, `pairs-${i}.${ending}`), part.reify());
  return path.join(folder, `pairs-*.${ending}`);
}

for (const [seed, rows] of [
  [0, 40],
  [1, 400],
  [2, 12],
])
  test(`audit of ${rows} pairs, field by field`, { skip: lacking }, async t => {
    const table = pairs(rows, seed);
    const files = await shards(t, table, seed === 1 ? "jsonl" : "parquet");
    const expected = audit(fromPairs(table, { contradicted: "keep" }));
    const found = await auditFiles(files, { memory: "500MB", threads: 1 });
    assert.deepEqual(plain(sortedCycles(found)), plain(sortedCycles(expected)));
    assert.ok(rows < 400 || (expected.cycles.candidates > 2 && expected.repetitions.contradictions > 2));
  });

test("numbers of candidates and lists, as numberLists gives them", { skip: lacking }, async t => {
  const table = pairs(60, 3);
  const written = await numberFiles(await shards(t, table, "parquet"), temporaryFolder(t), { threads: 1 });
  const { lists, candidates } = numberLists(fromPairs(table, { contradicted: "keep" }));
  const own = await readTable(written.candidates);
  assert.deepEqual(own.select("prompt", "response").objects(), candidates.objects());
  const found = await readTable(written.lists);
  const better = Array.from(found.array("better"));
  const worse = Array.from(found.array("worse"));
  assert.deepEqual(
    better.flatMap((number, i) => [number, worse[i]]),
    Array.from(lists.order),
  );
  assert.deepEqual(written.counts, { candidates: candidates.numRows(), lists: 60 });
});

test("what is wrong is named", { skip: lacking }, async t => {
  const file = path.join(temporaryFolder(t), "a.parquet");
  await writeTable(file, aq.table({ prompt: ["p", null], chosen: ["a", "b"], rejected: ["b", "c"] }));
  await assert.rejects(auditFiles(file), /auditFiles: row 1 lacks a text/);
  await assert.rejects(
    auditFiles(file, { chosen: "good" }),
    /there is no column "good"\. The files have prompt, chosen/,
  );
  await assert.rejects(auditFiles(file, { memory: "much" }), /memory is "much"\. Give a size such as "2GB"/);
  await writeTable(file, aq.table({ chosen: [[{ role: "user", content: "a" }]], rejected: ["b"] }));
  await assert.rejects(auditFiles(file), /"chosen" holds .*, not texts/);
});
