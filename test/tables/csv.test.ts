import assert from "node:assert/strict";
import { test } from "node:test";
import { readCsv } from "../../src/tables/csv";
import { temporaryFile } from "../temporary";

test("quotes, both kinds of line end, empty fields and types", async t => {
  const file = temporaryFile(
    t,
    "a.csv",
    '\ufeffid,text,ok,sure,code,score\r\n1,"a, ""b""\r\nc",true,,007,\n2,,False,true,1,-1.5e2\n',
  );
  const table = await readCsv(file);
  assert.deepEqual(table.objects(), [
    { id: 1, text: 'a, "b"\r\nc', ok: true, sure: null, code: "007", score: Number.NaN },
    { id: 2, text: "", ok: false, sure: true, code: "1", score: -150 },
  ]);
  assert.ok(table.data().id instanceof Float64Array);
});

test("types can be said; separators and a last line without an end", async t => {
  const file = temporaryFile(t, "a.tsv", "answer\tn\n42\t1\n7\t0");
  const table = await readCsv(file, { separator: "\t", types: { answer: "text" } });
  assert.deepEqual(table.objects(), [
    { answer: "42", n: 1 },
    { answer: "7", n: 0 },
  ]);
});

test("a malformed row is named by file, line and column", async t => {
  const read = (content: string | Uint8Array, types = {}) => readCsv(temporaryFile(t, "a.csv", content), { types });
  const rejected = (content: string | Uint8Array, message: RegExp, types = {}) =>
    assert.rejects(read(content, types), message);
  await rejected('a,b\n"1\n2",3\n4\n', /^Error: a\.csv:4: expected 2 fields, found 1\. Correct/);
  await rejected("a,b\n1,2\n3,4,5\n", /^Error: a\.csv:3: expected 2 fields, found 3/);
  await rejected("a,b\n1,2\n\n3\n", /^Error: a\.csv:4: expected 2 fields, found 1/);
  await rejected('a,b\n1,"2\n3,4\n', /^Error: a\.csv:2, column 2: a quotation mark is never closed/);
  await rejected('a,b\n"1"x,2\n', /^Error: a\.csv:2, column 1: there is text after the closing quotation mark/);
  await rejected("a,b\n1,x\n", /^Error: a\.csv:2: b is "x"\. Give a number/, { b: "number" });
  await rejected("a,b\n1,x\n", /^Error: a\.csv:2: b is "x"\. Give true or false/, { b: "boolean" });
  await rejected("a,b\n1,x\n", /^Error: a\.csv: there is no column "c"\. The file has a, b/, { c: "text" });
  await rejected("a,a\n1,x\n", /^Error: a\.csv:1: two columns are named "a"/);
  await rejected(Uint8Array.of(97, 10, 0xe9, 10), /^Error: a\.csv:2: the bytes are not UTF-8/);
  await rejected("", /^Error: a\.csv: the file is empty/);
  await rejected("a,b\r1,2\r", /^Error: a\.csv:1, column 2: there is a carriage return without a line feed/);
  await rejected("a,b\n1,2\n", /^Error: a\.csv: the type of "a" is "string"\. Use one of text, number/, {
    a: "string",
  });
});
