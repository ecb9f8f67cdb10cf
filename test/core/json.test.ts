import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";
import { parseJsonObject, readJsonObject } from "../../src/core/json";
import { temporaryFile, temporaryFolder } from "../temporary";

const parse = (text: string | Uint8Array) => parseJsonObject(Buffer.from(text), "it.json");

test("objects as JSON.parse reads them, whatever their keys are called", () => {
  const text = '{"a": {"a": [1, "a", {"b": null}]}, "\\u0062": "}]\\"", "__proto__": 2 }';
  const value = parse(text);
  assert.deepEqual(Object.entries(value), [
    ["a", { a: [1, "a", { b: null }] }],
    ["b", '}]"'],
    ["__proto__", 2],
  ]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("what is refused, and why", () => {
  const table: [text: string | Uint8Array, why: RegExp][] = [
    ["[1]", /^Error: it\.json: it is not a JSON object\. .*replace it\.$/],
    ["null", /is not a JSON object/],
    ["", /is not JSON in UTF-8/],
    ['{"a": 1', /is not JSON in UTF-8/],
    ['{"a', /is not JSON in UTF-8/],
    ['{"a\\', /is not JSON in UTF-8/],
    ['{"a": NaN}', /is not JSON in UTF-8/],
    [Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), /is not JSON in UTF-8/],
    ['{"a": 1, "b": {"a": 2}, "\\u0061": 3}', /the key "a" occurs twice in one object/],
    [`{"a": ${"[".repeat(128)}${"]".repeat(128)}}`, /is nested deeper than 128/],
    ["[".repeat(5e6), /is nested deeper than 128/],
    [`{"a": [${"{},".repeat(6e6)}{}]}`, /holds more than 10000000 values/],
  ];
  for (const [text, why] of table) assert.throws(() => parse(text), why);
});

test("files: the size is looked at first, and what cannot be read is named", t => {
  const file = temporaryFile(t, "it.json", '{"a": 1}');
  assert.deepEqual(readJsonObject(file, 8), { a: 1 });
  assert.throws(() => readJsonObject(file, 7), /^Error: it\.json: it has 8 bytes, more than 7\. This is not/);
  const folder = temporaryFolder(t);
  assert.throws(() => readJsonObject(folder, 9), /: .* is not a file\. Check the path\.$/);
  for (const place of [path.join(folder, "none.json"), "nul\0.json"])
    assert.throws(() => readJsonObject(place, 9), /it cannot be read \(.*Check the path and its permissions\.$/);
});
