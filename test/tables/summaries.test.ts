import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { seeded } from "../../src/core/random";
import { cleanText, prepareSummaries, splitSummaries } from "../../src/tables/summaries";

const rows = (...list: object[]) => aq.from(list) as aq.ColumnTable;

test("columns by their names, the others behind; rows without an id are numbered", () => {
  const source = rows(
    { article: " A  long\tarticle. ", n: 1, title: "Short" },
    { article: "Another one", n: 2, title: "S" },
  );
  const { rows: prepared, report } = prepareSummaries(source, { document: "article", summary: "title" });
  assert.deepEqual(prepared.objects(), [
    { id: "0", document: "A long article.", summary: "Short", n: 1 },
    { id: "1", document: "Another one", summary: "S", n: 2 },
  ]);
  assert.deepEqual([report.rows, report.kept], [2, 2]);
});

test("empty documents and summaries are left out and counted, or refused", () => {
  const source = rows(
    { id: "a", document: " \n ", summary: "s" },
    { id: "b", document: "d d", summary: null },
    { id: "c", document: "d d", summary: "s" },
  );
  const { rows: prepared, report } = prepareSummaries(source);
  assert.deepEqual(prepared.array("id"), ["c"]);
  assert.deepEqual([report.emptyDocuments, report.emptySummaries, report.kept], [1, 1, 1]);
  assert.throws(() => prepareSummaries(source, { empty: "fail" }), /row 0 \(a\) has no document. Mend it/);
});

test("a repeated row is left out; an id with two texts is an error", () => {
  const row = { id: "a", document: "d d", summary: "s" };
  assert.deepEqual(prepareSummaries(rows(row, { ...row, document: "d  d" })).report.repeated, 1);
  assert.throws(
    () => prepareSummaries(rows(row, { ...row, summary: "t" })),
    /rows 0 and 1 are both "a", with different texts/,
  );
});

test("long summaries and other scripts are kept and counted", () => {
  const source = rows({ document: "d", summary: "longer" }, { document: "Привет, мир", summary: "мир" });
  const { report } = prepareSummaries(source);
  assert.deepEqual([report.kept, report.notShorter, report.notLatin], [2, 1, 1]);
});

test("missing columns and values that are no text are named", () => {
  const nameless = rows({ id: "a", document: "d", summary: "s" }, { id: null, document: "e", summary: "t" });
  assert.throws(() => prepareSummaries(nameless), /prepareSummaries: row 1 has no id\. Give each row a name/);
  assert.throws(() => prepareSummaries(rows({ text: "d" })), /there is no column "document". The table has text/);
  assert.throws(
    () => prepareSummaries(rows({ document: "d", summary: ["s"] })),
    /row 0 of "summary" is \["s"\]. Give a text/,
  );
});

test("lines stay, blanks do not", () => {
  const clean = "a b\nc\nd e f g";
  assert.equal(cleanText("\ufeffa\u00a0 b\r\n\r\n c\u2028d\te \t f\u3000\u3000 g "), clean);
  assert.equal(cleanText(clean), clean);
});

test("a split shares no group, keeps the order, and depends on the seed alone", () => {
  const source = rows(...Array.from({ length: 20 }, (_, i) => ({ id: i, document: `d${i >> 1}`, summary: "s" })));
  const split = (seed: number) => splitSummaries(source, { valid: 2, test: 3, rng: seeded(seed) });
  const { train, valid, test: held } = split(0);
  assert.deepEqual(
    [train, valid, held].map(part => part.numRows()),
    [10, 4, 6],
  );
  const all = [train, valid, held].map(part => new Set(part.array("document") as string[]));
  assert.equal(new Set(all.flatMap(group => [...group])).size, 10);
  const ids = [...(train.array("id") as Iterable<number>)];
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  assert.deepEqual(split(0).test.objects(), held.objects());
  assert.notDeepEqual(split(1).test.objects(), held.objects());
  for (const valid of [-2, 0.1, Number.NaN])
    assert.throws(() => splitSummaries(source, { valid, test: 3, rng: seeded(0) }), /splitSummaries: valid is /);
  assert.throws(() => splitSummaries(source, { valid: 5, test: 5, rng: seeded(0) }), /there are 10 groups, 10 of them/);
});
