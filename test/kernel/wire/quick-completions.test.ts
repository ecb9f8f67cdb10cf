import assert from "node:assert/strict";
import { test } from "node:test";
import { quickCompletions } from "../../../kernel/wire/quick-completions";

const matches = (code: string, words: string[] = [], cursor = Array.from(code).length) =>
  (quickCompletions(code, cursor, new Set(words)) as { matches: string[] }).matches;

test("members that are known without types", () => {
  const table: [code: string, expected: string[]][] = [
    ["Math.hyp", ["hypot"]],
    ["Math . hyp", ["hypot"]],
    ["globalThis?.structuredC", ["structuredClone"]],
    ["const text = 'a';\ntext.toUpperC", ["toUpperCase"]],
    ["const seen: Set<string> = new Set(); seen.ad", ["add"]],
    ['"a".toUpperC', ["toUpperCase"]],
    ["[1, 2].flatM", ["flatMap"]],
    ["tw.metrics.roug", ["rouge"]],
    ['import * as lib from "tokenwise";\nlib.softMi', ["softMinTokens"]],
    ['import * as nb from "tokenwise/kernel"; nb.clearO', ["clearOutput"]],
    ["const unknown = f(); unknown.a", []],
    ["1.5", []],
    ["nowhere.to.be.f", []],
  ];
  for (const [code, expected] of table) assert.deepEqual(matches(code), expected, code);
});

test("names of this cell and of earlier ones, keywords and globals", () => {
  const table: [code: string, expected: string][] = [
    ["less", "lesson"],
    ["const total = 1;\ntot", "total"],
    ["structuredC", "structuredClone"],
    ["inter", "interface"],
  ];
  for (const [code, expected] of table) assert.ok(matches(code, ["lesson"]).includes(expected), code);
  assert.deepEqual(matches("les = 1", ["lesson"], 3), ["lesson"]);
});

test("positions count code points", () => {
  const code = "'😀'; Math.hyp";
  const { cursor_start, cursor_end } = quickCompletions(code, 13, new Set()) as Record<string, number>;
  assert.deepEqual([cursor_start, cursor_end], [10, 13]);
});
