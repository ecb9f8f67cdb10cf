import assert from "node:assert/strict";
import { test } from "node:test";
import { readDelimited, readJsonLines } from "../../src/tables/files";
import { temporaryFile } from "../temporary";

const columns = ["id", "text"];

test("fields become columns; quotation marks are text; both kinds of line end", t => {
  const file = temporaryFile(t, "a.txt", '1\ta 9" set\r\n2\t"unclosed\n');
  assert.deepEqual(readDelimited(file, { columns, numbers: ["id"] }).objects(), [
    { id: 1, text: 'a 9" set' },
    { id: 2, text: '"unclosed' },
  ]);
});

test("a malformed row is named by file and line, and nothing is returned", t => {
  const read = (content: string | Uint8Array, options = {}) =>
    readDelimited(temporaryFile(t, "a.txt", content), { columns, numbers: ["id"], ...options });
  assert.throws(() => read("1\ta\n2\n"), {
    message: "a.txt:2: expected 2 tab-separated fields, found 1. Correct or remove the line.",
  });
  assert.throws(() => read("1\ta\n\n3\tc\n"), /a.txt:2: expected 2/);
  assert.throws(() => read("1,a\nx,b", { separator: "," }), /a.txt:2: id is "x"/);
  assert.throws(() => read("\ta\n"), /a.txt:1: id is ""/);
  assert.throws(() => read(Uint8Array.of(49, 9, 97, 10, 50, 9, 0xe9, 10)), /a.txt:2: the bytes are not UTF-8/);
  assert.throws(() => read(""), /the file is empty/);
});

test("a missing file comes with the caller's remedy", () => {
  assert.throws(() => readDelimited("/nowhere/a.txt", { columns, whenMissing: "Run set-up." }), {
    message: "/nowhere/a.txt: there is no such file. Run set-up.",
  });
});

test("JSON lines: a column for every key", t => {
  const table = readJsonLines(temporaryFile(t, "rows.jsonl", '{"step":0,"value":1.5}\n{"step":1,"name":"loss"}\n'));
  assert.deepEqual(table.columnNames(), ["step", "value", "name"]);
  assert.deepEqual(table.array("name"), [undefined, "loss"]);
});

test("a torn or foreign JSON line is named", t => {
  const read = (content: string) => readJsonLines(temporaryFile(t, "rows.jsonl", content));
  assert.throws(() => read('{"step":0}\n{"st'), /rows.jsonl:2: it is not JSON/);
  assert.throws(() => read("[1]\n"), /rows.jsonl:1: expected a JSON object, found \[1\]/);
});

test("an id with more digits than a number keeps is a BigInt; exact and other large numbers are numbers", t => {
  const read = (content: string) => readJsonLines(temporaryFile(t, "rows.jsonl", content)).objects();
  assert.deepEqual(read('{"a":{"id":[12345678901234567]}}'), [{ a: { id: [12345678901234567n] } }]);
  const fine = { a: 2 ** 60, b: 1e300, c: "12345678901234567, ", d: 9007199254740991, e: 0.1234567890123456 };
  assert.deepEqual(read(JSON.stringify(fine)), [fine]);
});
