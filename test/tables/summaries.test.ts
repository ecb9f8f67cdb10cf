import assert from "node:assert/strict";
import { test } from "node:test";
import * as aq from "arquero";
import { cleanText, prepareSummaries } from "../../src/tables/summaries";

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
  assert.throws(() => prepareSummaries(source, { empty: "fail" }), /row 0 \(a\) has no document. Correct it/);
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

test("rows that repeat a document and its summary under another id are counted", () => {
  const row = { document: "d d", summary: "s" };
  const source = rows({ id: 1, ...row }, { id: 2, ...row, summary: "t" }, { id: 3, ...row, document: "d  d" });
  const { rows: kept, report } = prepareSummaries(source);
  assert.deepEqual([kept.numRows(), report.sameTexts, report.repeated], [3, 1, 0]);
  const unnamed = prepareSummaries(rows(row, row, row)).report;
  assert.deepEqual([unnamed.kept, unnamed.sameTexts], [3, 2]);
});
